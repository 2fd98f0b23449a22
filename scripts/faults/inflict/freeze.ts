import { setTimeout as sleep } from "node:timers/promises";

/** Stops processes for a while and lets them go on; an abort ends the while. */
export async function freeze(pids: readonly number[], lengthMs: number, signal: AbortSignal): Promise<void> {
  for (const pid of pids) send(pid, "SIGSTOP");
  try {
    await sleep(lengthMs, undefined, { signal }).catch(() => undefined);
  } finally {
    for (const pid of pids.toReversed()) send(pid, "SIGCONT");
  }
}

/** Sends a signal; a process that has ended meanwhile needs none. */
export function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
