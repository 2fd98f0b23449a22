import { paths } from "./data-folder.ts";
import { startProcess } from "./start-process.ts";
import { readState, withPart, writeState, type Part, type State } from "./state.ts";
import { withLock } from "./lock.ts";

/** A process that a stack does not have by itself. */
export interface ExtraPart {
  /** Also the name of its log file. A part of this name that is dead is replaced. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ports?: Readonly<Record<string, number>>;
  /** Where the program came from, for people. */
  readonly means: string;
}

/** Starts a process beside a running stack and writes it into the stack's state: whoever stops the stack stops it, too. */
export async function startExtraPart(dataDir: string, extra: ExtraPart): Promise<Part> {
  const { name, command, args, env, ports = {}, means } = extra;
  return locked(dataDir, (state) => {
    const log = paths.log(dataDir, name);
    const started = startProcess(name, { command, args, env, stopSignal: "SIGTERM" }, log);
    const part: Part = { ...started.process, name, title: name, ports, means, launchDigest: name, log };
    writeState(dataDir, withPart(state, part));
    return part;
  });
}

/** Takes a part out of the state of its stack, which counts as whole without it. */
export async function forgetPart(dataDir: string, name: string): Promise<void> {
  await locked(dataDir, (state) =>
    writeState(dataDir, { ...state, parts: state.parts.filter((part) => part.name !== name) }),
  );
}

async function locked<T>(dataDir: string, change: (state: State) => T): Promise<T> {
  return withLock(paths.lock(dataDir), { onWait: () => {} }, async () => {
    const state = readState(dataDir);
    if (state === undefined) throw new Error(`No stack runs in ${dataDir}.`);
    return change(state);
  });
}
