import type { StackArguments } from "./arguments.ts";
import type { Printer } from "./print.ts";
import { stopStack } from "./stack.ts";

/** Stops everything of the data folder; its data stays. */
export async function down(
  args: StackArguments,
  printer: Printer,
  signal: AbortSignal,
): Promise<{ stopped: string[] }> {
  const parts = await stopStack({
    dataDir: args.dataDir,
    onLine: printer.step,
    signal,
    onStop: (part, how) => printer.step(`${part.title}: ${how}`),
  });
  if (parts.length === 0) printer.text(`Nothing runs in ${args.dataDir}.`);
  return { stopped: parts.map((part) => part.name) };
}
