import { readState, removeState, type Part } from "./state.ts";
import { stopProcess, type Stopped } from "./stop-process.ts";

/**
 * Stops every process that the state file of a data folder names, newest first, and removes that file.
 * Data and logs stay. Answers nothing where nothing was started.
 */
export async function stopParts(
  dataDir: string,
  onStop: (part: Part, how: Stopped) => void = () => {},
): Promise<readonly Part[]> {
  const parts = readState(dataDir)?.parts ?? [];
  for (const part of parts.toReversed()) onStop(part, await stopProcess(part));
  removeState(dataDir);
  return parts;
}
