import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** A pool and the drain that stands over it. */
export interface PoolRow {
  readonly pool: string;
  /** Whose jobs it takes; null: everybody's. */
  readonly tenant: string | null;
  /** Null where no drain stands, and so the rest. */
  readonly reason: string | null;
  readonly changed_at: Date | null;
  readonly changed_by: string | null;
}

/** Every pool, by name. */
export async function listPoolsWithDrains(tx: EngineTx): Promise<PoolRow[]> {
  const { rows } = await sql<PoolRow>`
    select p.pool, p.tenant, d.reason, d.changed_at, d.changed_by
      from scheduler.pools p left join scheduler.pool_drains d on d.pool = p.pool and d.reason is not null
     order by p.pool
  `.execute(tx);
  return rows;
}
