import type { Redis } from "ioredis";
import type { JobQueue } from "../job-queue.ts";
import type { RawJob, RawWorker } from "./raw-worker.ts";
import type { Scheduler } from "./simulation.ts";
import { aJob } from "./test-queue.ts";
import { useVirtualClock } from "./virtual-clock.ts";

/** The real functions as the scheduler of a simulation, on a server of the caller's own. */
export async function createQueueScheduler(test: {
  readonly valkey: Redis;
  readonly queue: JobQueue;
  worker(name: string): RawWorker;
}): Promise<Scheduler> {
  const clock = await useVirtualClock(test.valkey);
  const held = new Map<string, RawJob>();
  /** What waits for a key needs ticks. */
  let hasKeys = false;
  return {
    async setTime(nowMs) {
      await clock.set(Math.round(nowMs));
      if (hasKeys) await test.queue.tick();
    },
    async enqueue(jobs) {
      hasKeys ||= jobs.some(({ key }) => key !== undefined);
      await test.queue.enqueue(
        jobs.map(({ id, tenant, key }) =>
          aJob(id, { tenant, wallClockMs: 86_400_000, ...(key !== undefined && { concurrencyKey: key }) }),
        ),
      );
    },
    async claim(worker, free) {
      const { jobs } = await test.worker(worker).claim(free);
      for (const job of jobs) held.set(job.job, job);
      return jobs.map(({ job }) => job);
    },
    async settle(worker, job) {
      const lease = held.get(job);
      held.delete(job);
      if (lease !== undefined) await test.worker(worker).settle([lease]);
      // Nobody ingests: without this, results would pile up to the high-water mark.
      await test.valkey.xtrim(`${test.queue.keyPrefix}results`, "MAXLEN", 0);
    },
  };
}
