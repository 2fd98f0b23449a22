import type { Selectable } from "kysely";
import type { PoolsTable } from "./tables.ts";
import type { EngineTx } from "./tenant.ts";

export type PoolRow = Selectable<PoolsTable>;

/** Every pool, by name. */
export async function listPools(tx: EngineTx): Promise<PoolRow[]> {
  return tx.selectFrom("scheduler.pools").selectAll().orderBy("pool").execute();
}

/** The pools whose queue was opened, by name: a new one is for some seconds not. */
export async function listOpenPools(tx: EngineTx): Promise<PoolRow[]> {
  return tx
    .selectFrom("scheduler.pools as p")
    .selectAll("p")
    .where((e) =>
      e.exists(e.selectFrom("scheduler.queues as q").select("q.epoch").whereRef("q.queue", "=", "p.pool")),
    )
    .orderBy("pool")
    .execute();
}

export async function findPool(tx: EngineTx, pool: string): Promise<PoolRow | undefined> {
  return tx.selectFrom("scheduler.pools").selectAll().where("pool", "=", pool).executeTakeFirst();
}

/** The same, locked until the commit. */
export async function lockPool(tx: EngineTx, pool: string): Promise<PoolRow | undefined> {
  return tx.selectFrom("scheduler.pools").selectAll().where("pool", "=", pool).forUpdate().executeTakeFirst();
}

/** Makes a pool; false when there is one of that name. */
export async function insertPool(tx: EngineTx, row: PoolRow): Promise<boolean> {
  const inserted = await tx
    .insertInto("scheduler.pools")
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning("pool")
    .executeTakeFirst();
  return inserted !== undefined;
}
