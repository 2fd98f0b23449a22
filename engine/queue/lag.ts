import { z } from "zod";
import { jobClass } from "../../model/queue/job-message.ts";
import type { QueueStats } from "../../platform/valkey/job-queue.ts";
import type { PoolRow } from "../../store/pools.ts";
import type { Ctx } from "../context.ts";
import { listVisiblePools } from "../pools/find.ts";

const jobs = z.int();
const ms = z.int();

/** How far the workers of one queue are behind. */
export const lagOf = z.object({
  queue: z.string(),
  ready: jobs.meta({ description: "Jobs that a worker could claim now." }),
  delayed: jobs.meta({ description: "Jobs that wait for their next try." }),
  leased: jobs.meta({ description: "Jobs in the hands of workers." }),
  oldestWaitMs: ms.meta({ description: "How long the oldest ready job waits, in milliseconds." }),
  workersAlive: z.int().meta({ description: "Workers heard of within one lease." }),
  workersIdle: z.int(),
  resultsPending: z.int().meta({ description: "Results that are not in PostgreSQL yet." }),
  throughput: z
    .object({
      claimedPerSecond: z.number(),
      endedPerSecond: z
        .number()
        .meta({ description: "Attempts that ended: results, late ones and crashes too." }),
    })
    .nullable()
    .meta({ description: "Over about the last minute; null in the first seconds of a queue's life." }),
  classes: z
    .array(z.object({ class: jobClass, kind: z.string(), depth: jobs, oldestWaitMs: ms }))
    .meta({ description: "Classes and kinds with ready jobs." }),
});

/** How far the workers are behind. */
export const queueLag = z.object({ queues: z.array(lagOf) });

/** Asks the queues that the caller may see. @throws DomainError `unavailable` */
export async function readQueueLag(ctx: Ctx): Promise<z.infer<typeof queueLag>> {
  const pools = await listVisiblePools(ctx);
  const ask = async ({ pool }: PoolRow) => queueLagOf(pool, await ctx.queues.of(pool).stats());
  return { queues: await Promise.all(pools.map(ask)) };
}

export function queueLagOf(queue: string, stats: QueueStats): z.infer<typeof lagOf> {
  const {
    ready,
    delayed,
    leased,
    oldestWaitMs,
    workersAlive,
    idleWorkers,
    resultsPending,
    lanes,
    throughput,
  } = stats;
  return {
    queue,
    ready,
    delayed,
    leased,
    oldestWaitMs,
    workersAlive,
    workersIdle: idleWorkers,
    resultsPending,
    throughput,
    classes: [...lanes],
  };
}
