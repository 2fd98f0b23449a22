import type { SeenWorker } from "../../platform/valkey/job-queue.ts";
import type { Engine } from "../context.ts";
import { listOpenPoolNames } from "../pools/find.ts";

/** Who is there, as the queues tell it. */
export interface Fleet {
  readonly seen: ReadonlyMap<string, SeenWorker>;
  /** How long a worker of a pool may be silent; 0 where its queue is not open. */
  leaseMsOf(pool: string): number;
  /** Those that were heard of within a lease and did not leave. */
  readonly alive: readonly SeenWorker[];
}

/** Asks the queues of all pools. @throws DomainError `unavailable` */
export async function readFleet(engine: Engine): Promise<Fleet> {
  const seen = new Map<string, SeenWorker>();
  const alive = new Map<string, SeenWorker>();
  const leases = new Map<string, number>();
  for (const pool of await listOpenPoolNames(engine)) {
    const { leaseMs, workers } = await engine.queues.of(pool).workers();
    leases.set(pool, leaseMs);
    for (const one of workers) {
      seen.set(one.worker, one);
      if (!one.hasLeft && one.silentMs <= leaseMs) alive.set(one.worker, one);
    }
  }
  return { seen, leaseMsOf: (pool) => leases.get(pool) ?? 0, alive: [...alive.values()] };
}
