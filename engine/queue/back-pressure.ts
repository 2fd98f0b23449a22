import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "../context.ts";
import type { JobQueue } from "../../platform/valkey/job-queue.ts";

type Bound = Pick<Engine, "jobsHighWater">;

/** Whether producers may put more on the queue. */
export async function hasRoom(queue: JobQueue, { jobsHighWater }: Bound): Promise<boolean> {
  const { ready, delayed } = await queue.stats();
  return ready + delayed < jobsHighWater;
}

/** Returns when the queue has room; asks again each second until then. */
export async function waitForRoom(queue: JobQueue, bound: Bound, signal?: AbortSignal): Promise<void> {
  while (!(await hasRoom(queue, bound))) await sleep(1_000, undefined, signal && { signal });
}
