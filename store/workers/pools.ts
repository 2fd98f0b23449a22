import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** A pool, the queues that its live keys open, and the drain that stands over it. */
export interface PoolRow {
  readonly pool: string;
  readonly queues: string[];
  /** Null where no drain stands, and so the rest. */
  readonly reason: string | null;
  readonly changed_at: Date | null;
  readonly changed_by: string | null;
}

/** Pools with a live key or a drain, by name. */
export async function listPools(tx: EngineTx): Promise<PoolRow[]> {
  const { rows } = await sql<PoolRow>`
    with keyed as (
      select pool, array_agg(distinct queue order by queue) as queues
        from scheduler.worker_keys where revoked_at is null group by pool
    ), drained as (
      select * from scheduler.pool_drains where reason is not null
    )
    select pool, coalesce(queues, '{}') as queues, reason, changed_at, changed_by
      from keyed full join drained using (pool) order by pool
  `.execute(tx);
  return rows;
}
