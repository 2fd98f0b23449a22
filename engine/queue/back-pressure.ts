import { setTimeout as sleep } from "node:timers/promises";
import type { JobQueue } from "../../platform/valkey/job-queue.ts";

/** Above so many waiting jobs producers wait: some 100 MB of Valkey at 1 kB a job. */
const highWaterJobs = 100_000;

/** Whether producers may put more on the queue. */
export async function hasRoom(queue: JobQueue): Promise<boolean> {
  const { ready, delayed } = await queue.stats();
  return ready + delayed < highWaterJobs;
}

/** Returns when the queue has room; asks again each second until then. */
export async function waitForRoom(queue: JobQueue, signal?: AbortSignal): Promise<void> {
  while (!(await hasRoom(queue))) await sleep(1_000, undefined, signal && { signal });
}
