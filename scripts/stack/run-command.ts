import { spawn } from "node:child_process";
import { startMark } from "./process-identity.ts";
import { killNow, stopProcess, type Stoppable } from "./stop-process.ts";
import { StackError } from "./stack-error.ts";

/** How to run one command to its end. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** After this time the command is stopped and counts as failed. */
  readonly timeoutMs?: number;
  /** `pipe` (default) collects the output, `inherit` shows it. */
  readonly output?: "pipe" | "inherit";
}

/** What a command left: its exit code (`null` when it was ended by a signal) and both outputs together. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly output: string;
}

/** The last lines of an output say what went wrong; a megabyte is plenty for any of our commands. */
const maxOutputCharacters = 1_000_000;

const running = new Set<Stoppable>();
process.on("exit", () => running.forEach((one) => killNow(one)));

/**
 * Runs a command in a process group of its own (Ctrl-C in the terminal reaches only us) and answers when it
 * has ended. When `signal` aborts, the whole group is stopped first, then the promise rejects with the reason.
 */
export async function runCommand(options: Command): Promise<Finished> {
  options.signal?.throwIfAborted();
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    detached: true,
    stdio: options.output === "inherit" ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout = (stdout + text).slice(-maxOutputCharacters);
    output = (output + text).slice(-maxOutputCharacters);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-maxOutputCharacters);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) =>
      reject(new StackError(`${options.command} cannot be run: ${error.message}`)),
    );
    child.once("close", (code) => resolve(code));
  });
  if (child.pid === undefined) return { code: await ended, stdout, output };

  const one: Stoppable = {
    pid: child.pid,
    startMark: startMark(child.pid) ?? "ended",
    stopSignal: "SIGTERM",
  };
  running.add(one);
  const stopGroup = () => void stopCommandGroup(one);
  options.signal?.addEventListener("abort", stopGroup, { once: true });
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(stopGroup, options.timeoutMs);
  try {
    const code = await ended;
    options.signal?.throwIfAborted();
    return { code, stdout, output };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stopGroup);
    running.delete(one);
  }
}

/** Like runCommand, but an exit code other than 0 is an error that shows the last lines of the output. */
export async function mustRun(options: Command): Promise<Finished> {
  const finished = await runCommand(options);
  if (finished.code === 0) return finished;
  const how = finished.code === null ? "was stopped" : `ended with code ${finished.code}`;
  throw new StackError(`${options.command} ${how}: ${lastLines(finished.output, 5)}`);
}

/** The last lines of a text on one line, for an error message. */
export function lastLines(text: string, count: number): string {
  return text
    .trim()
    .split("\n")
    .slice(-count)
    .map((line) => line.trim())
    .join(" | ");
}

/** Compilers and installers have children of their own: the signal goes to the group, the kill as well. */
async function stopCommandGroup(one: Stoppable): Promise<void> {
  try {
    process.kill(-one.pid, "SIGTERM");
  } catch {
    // Gone in the meantime.
  }
  await stopProcess(one, 3_000);
  try {
    process.kill(-one.pid, "SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
}
