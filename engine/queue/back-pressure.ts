import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "../context.ts";

/** Above so many waiting jobs producers wait: some 100 MB of Valkey at 1 kB a job. */
const highWaterJobs = 100_000;

/** Returns when the queue has room; asks again each second until then. */
export async function waitForRoom(engine: Engine, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const { ready, delayed } = await engine.queue.stats();
    if (ready + delayed < highWaterJobs) return;
    await sleep(1_000, undefined, signal && { signal });
  }
}
