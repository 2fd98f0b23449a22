import { type ChildProcess, spawn } from "node:child_process";

export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A worker program that runs. */
export interface WorkerProcess {
  /** Standard error so far. */
  readonly log: string;
  /** Standard output so far: it should stay empty. */
  readonly output: string;
  readonly exit: WorkerExit | undefined;
  readonly exited: Promise<WorkerExit>;
  terminate(): void;
  /** SIGKILL, to it and to all that it started. */
  kill(): void;
}

const live = new Set<WorkerProcess>();
process.on("exit", () => {
  for (const worker of live) worker.kill();
});

const mostLogBytes = 200_000;

/**
 * Starts the command as a process group of its own. The shell gives its place to the program, so that a
 * signal reaches the worker itself.
 */
export function startWorkerProcess(command: string, env: Readonly<Record<string, string>>): WorkerProcess {
  const child: ChildProcess = spawn("sh", ["-c", `exec ${command}`], {
    env: { ...withoutOurs(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let [log, output] = ["", ""];
  let exit: WorkerExit | undefined;
  child.stderr?.on("data", (chunk: Buffer) => {
    if (log.length < mostLogBytes) log += chunk.toString();
  });
  child.stdout?.on("data", (chunk: Buffer) => {
    if (output.length < mostLogBytes) output += chunk.toString();
  });
  const send = (signal: NodeJS.Signals, isGroup: boolean) => {
    if (child.pid === undefined || (exit !== undefined && !isGroup)) return;
    try {
      process.kill(isGroup ? -child.pid : child.pid, signal);
    } catch {
      // Gone in the meantime.
    }
  };
  const exited = new Promise<WorkerExit>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      exit = { code, signal };
      live.delete(worker);
      resolve(exit);
    };
    child.once("exit", end);
    child.once("error", () => end(127, null));
  });
  const worker: WorkerProcess = {
    get log() {
      return log;
    },
    get output() {
      return output;
    },
    get exit() {
      return exit;
    },
    exited,
    terminate: () => send("SIGTERM", false),
    kill: () => send("SIGKILL", true),
  };
  live.add(worker);
  return worker;
}

/** The worker is told its addresses by the scenario alone. */
function withoutOurs(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("JOBENGINE_")));
}
