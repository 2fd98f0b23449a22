import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { groupMicros } from "./processor-time.ts";

/** What a worker program says when it ends: how many handlers it ran, and the sum of the numbers of their jobs. */
export interface Executed {
  readonly count: number;
  readonly sum: number;
}

export interface ProgramPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const live = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of live) killGroup(child);
});

/** How long a worker may take to drain before it is killed. */
const graceMs = 60_000;

/**
 * A program of a contender, in a process group of its own. It writes `executed <count> <sum>` when it was
 * told to end; a fleet of processes may write several such lines.
 */
export class Program {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = "";

  constructor({ command, args, env }: ProgramPlan) {
    this.#child = spawn(command, args, {
      cwd: tmpdir(),
      env: { ...process.env, ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    live.add(this.#child);
    this.#closed = once(this.#child, "close").then(() => live.delete(this.#child));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-100_000);
      });
    }
  }

  /** @throws Error with the last lines of its output when it has ended although nobody told it to. */
  check(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) return;
    throw new Error(`A worker has ended by itself:\n${this.#output.trim().split("\n").slice(-8).join("\n")}`);
  }

  /** Processor time of its processes so far, in microseconds; undefined where the system does not tell. */
  micros(): number | undefined {
    return this.#child.pid === undefined ? undefined : groupMicros(this.#child.pid);
  }

  /** Waits for its end. @throws Error with its output when it failed. */
  async done(): Promise<void> {
    await this.#closed;
    if (this.#child.exitCode !== 0) this.check();
  }

  /** When its first handler ran, by the machine's monotonic clock in nanoseconds; for programs that say so. */
  beganAt(): number {
    return Number(/^began (\d+)$/m.exec(this.#output)?.[1]);
  }

  /** Lets it drain; answers what it says it did, undefined when it says nothing. */
  async end(): Promise<Executed | undefined> {
    const isAlive = this.#child.exitCode === null && this.#child.signalCode === null;
    if (isAlive) this.#child.kill("SIGTERM");
    const late = setTimeout(() => killGroup(this.#child), graceMs);
    await this.#closed;
    clearTimeout(late);
    return parseExecuted(this.#output);
  }
}

/** Adds up the lines of all processes of a fleet. */
export function parseExecuted(output: string): Executed | undefined {
  const lines = [...output.matchAll(/^executed (\d+) (\d+)$/gm)];
  if (lines.length === 0) return undefined;
  return {
    count: lines.reduce((total, [, count]) => total + Number(count), 0),
    sum: lines.reduce((total, [, , sum]) => total + Number(sum), 0),
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
