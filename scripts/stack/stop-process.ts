import { spawnSync } from "node:child_process";
import { pause } from "./interrupt.ts";
import { isAlive } from "./process-identity.ts";

/** What is needed to stop a process that was started earlier, perhaps by another command. */
export interface Stoppable {
  readonly pid: number;
  readonly startMark: string;
  readonly stopSignal: "SIGINT" | "SIGTERM";
  /** The container that a Docker client left behind would keep running. */
  readonly container?: string | undefined;
}

export type Stopped = "stopped" | "killed" | "was gone";

/** Longer than our own processes let work in flight end (20 s, then 5 s by force). */
const defaultGraceMs = 27_000;

/** Asks the process to end, waits at most `graceMs`, then kills it and its group. Never touches a reused pid. */
export async function stopProcess(one: Stoppable, graceMs = defaultGraceMs): Promise<Stopped> {
  if (!isAlive(one)) {
    removeContainer(one);
    return "was gone";
  }
  sendSignal(one.pid, one.stopSignal);
  if (await isGoneWithin(one, graceMs)) return "stopped";
  killNow(one);
  await isGoneWithin(one, 5_000);
  return "killed";
}

/** Kills at once and waits for nothing: for the moment in which this process itself must end. */
export function killNow(one: Stoppable): void {
  if (isAlive(one)) {
    sendSignal(-one.pid, "SIGKILL");
    sendSignal(one.pid, "SIGKILL");
  }
  removeContainer(one);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in the meantime.
  }
}

async function isGoneWithin(one: Stoppable, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (isAlive(one)) {
    if (Date.now() > deadline) return false;
    await pause(20);
  }
  return true;
}

function removeContainer(one: Stoppable): void {
  if (one.container !== undefined) {
    spawnSync("docker", ["rm", "--force", one.container], { stdio: "ignore", timeout: 10_000 });
  }
}
