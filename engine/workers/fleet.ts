import type { SeenWorker } from "../../platform/valkey/job-queue.ts";
import type { Engine } from "../context.ts";

/** Who is there, as the queues tell it. */
export interface Fleet {
  readonly seen: ReadonlyMap<string, SeenWorker>;
  /** How long a worker of a queue may be silent. */
  leaseMsOf(queue: string): number;
  /** Those that were heard of within a lease and did not leave. */
  readonly alive: readonly SeenWorker[];
}

/** Asks the queues. @throws DomainError `unavailable` */
export async function readFleet({ queue }: Engine): Promise<Fleet> {
  const { leaseMs, workers } = await queue.workers();
  return {
    seen: new Map(workers.map((one) => [one.worker, one])),
    leaseMsOf: () => leaseMs,
    alive: workers.filter((one) => !one.hasLeft && one.silentMs <= leaseMs),
  };
}
