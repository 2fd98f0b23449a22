import { type Selectable, sql } from "kysely";
import type { PoolDrainsTable } from "../tables.ts";
import type { EngineTx } from "../tenant.ts";

export type PoolDrainRow = Selectable<PoolDrainsTable>;

/** One teller of drains at a time, until the end of the transaction. */
export async function lockDrains(tx: EngineTx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('worker drains', 0))`.execute(tx);
}

/** What is to become of a worker, beside others that the queue knows. */
export interface WantedDrain {
  readonly worker_id: string;
  readonly is_wanted: boolean;
}

/** Which of these workers shall drain, by their own or their pool's drain; those without a row are left out. */
export async function listWantedDrains(tx: EngineTx, workerIds: readonly string[]): Promise<WantedDrain[]> {
  const { rows } = await sql<WantedDrain>`
    select w.worker_id, (w.drain_reason is not null or d.reason is not null) as is_wanted
      from scheduler.workers w
      join scheduler.worker_keys k on k.key_id = w.key_id
      left join scheduler.pool_drains d on d.pool = k.pool
     where w.worker_id = any (${workerIds}::text[])
  `.execute(tx);
  return rows;
}

/** Tells a worker to drain, or with a null reason to go on. */
export async function setWorkerDrain(
  tx: EngineTx,
  workerId: string,
  drain: { readonly reason: string | null; readonly at: Date; readonly by: string },
): Promise<void> {
  await tx
    .updateTable("scheduler.workers")
    .set({ drain_reason: drain.reason, drain_at: drain.at, drain_by: drain.by })
    .where("worker_id", "=", workerId)
    .execute();
}

/** The workers of a pool that did not say goodbye. */
export async function listPoolMembers(tx: EngineTx, pool: string): Promise<string[]> {
  const rows = await tx
    .selectFrom("scheduler.workers as w")
    .innerJoin("scheduler.worker_keys as k", "k.key_id", "w.key_id")
    .select("w.worker_id")
    .where("k.pool", "=", pool)
    .where("w.left_at", "is", null)
    .execute();
  return rows.map((row) => row.worker_id);
}

/** The drain that stands over a pool. */
export async function findPoolDrain(tx: EngineTx, pool: string): Promise<PoolDrainRow | undefined> {
  return tx
    .selectFrom("scheduler.pool_drains")
    .selectAll()
    .where("pool", "=", pool)
    .where("reason", "is not", null)
    .executeTakeFirst();
}

export async function putPoolDrain(tx: EngineTx, row: PoolDrainRow): Promise<void> {
  const { reason, changed_at, changed_by } = row;
  await tx
    .insertInto("scheduler.pool_drains")
    .values(row)
    .onConflict((conflict) => conflict.column("pool").doUpdateSet({ reason, changed_at, changed_by }))
    .execute();
}

/** The drain that holds the pool of a key back, or undefined. */
export async function findDrainOfKey(tx: EngineTx, keyId: string): Promise<PoolDrainRow | undefined> {
  return tx
    .selectFrom("scheduler.pool_drains as d")
    .innerJoin("scheduler.worker_keys as k", "k.pool", "d.pool")
    .selectAll("d")
    .where("k.key_id", "=", keyId)
    .where("d.reason", "is not", null)
    .executeTakeFirst();
}
