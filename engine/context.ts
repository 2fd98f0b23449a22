import type { RetryBudgets } from "../model/jobs/decide-retry.ts";
import type { Identity } from "../model/identity/identity.ts";
import type { OperatorNote } from "../model/identity/operator-note.ts";
import type { TraceContext } from "../model/trace/trace-context.ts";
import type { BlobStore } from "../platform/blobs/blob-store.ts";
import type { Log } from "../platform/log/log.ts";
import type { SchedulerMetrics } from "../platform/metrics/scheduler.ts";
import type { Workflows } from "../platform/temporal/workflows.ts";
import type { JobQueue } from "../platform/valkey/job-queue.ts";
import type { Queues } from "../platform/valkey/queues.ts";
import type { WorkerUsers } from "../platform/valkey/worker-users.ts";
import type { Database } from "../store/tenant.ts";

/** Prefixes of ids, one for each kind of document. */
export type IdPrefix = "sch" | "run" | "job" | "wrk" | "epoch";

/** What every verb may use. Built once, in the composition root of each process. */
export interface Engine {
  /** Connected as the runtime role: reach it through `withTenant` only. */
  readonly app: Database;
  /** Connected as the engine role, for work across tenants: reach it through `withEngine` only. */
  readonly engine: Database;
  /** The queue of each pool of workers. */
  readonly queues: Pick<Queues, "of">;
  readonly workerUsers: WorkerUsers;
  readonly blobs: BlobStore;
  readonly workflows: Workflows;
  readonly log: Log;
  readonly metrics: SchedulerMetrics;
  /** A fresh id: prefix and a time-ordered UUID, such as `run_0198c2f400007000800000000000abcd`. */
  readonly newId: (prefix: IdPrefix) => string;
  /** How long one attempt of a job may take before its worker is told to stop. */
  readonly wallClockMs: number;
  /** While so many jobs wait on a queue, producers wait. */
  readonly jobsHighWater: number;
  /** The most images in one job. */
  readonly segmentImages: number;
  /** What a job may use up before it is parked. */
  readonly retryBudgets: RetryBudgets;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
}

/** An engine with the queue of one pool at hand, for what is done pool by pool. */
export interface PoolEngine extends Engine {
  readonly pool: string;
  readonly queue: JobQueue;
}

export function atPool<E extends Engine>(engine: E, pool: string): E & PoolEngine {
  return { ...engine, pool, queue: engine.queues.of(pool) };
}

/** Who asks for a verb, and under which request. */
export interface Caller {
  readonly identity: Identity;
  readonly requestId: string;
  readonly note: OperatorNote;
  /** The trace that the request is part of, if it said so. */
  readonly trace?: TraceContext | undefined;
}

/** The context of a verb that somebody asked for. */
export interface Ctx extends Engine {
  readonly caller: Caller;
}
