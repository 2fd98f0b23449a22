import { type Insertable, type Selectable, sql } from "kysely";
import type { WorkersTable } from "../tables.ts";
import type { EngineTx } from "../tenant.ts";

export async function insertWorker(tx: EngineTx, row: Insertable<WorkersTable>): Promise<void> {
  await tx.insertInto("scheduler.workers").values(row).execute();
}

/**
 * Ends the registration that a worker had before, under the same key; a drain of its own goes over to the new one.
 * Answers whether there is such a drain.
 */
export async function replaceWorker(
  tx: EngineTx,
  now: Date,
  {
    workerId,
    keyId,
    replaces,
  }: { readonly workerId: string; readonly keyId: string; readonly replaces: string },
): Promise<boolean> {
  const { rows } = await sql<{ is_drained: boolean }>`
    with ended as (
      update scheduler.workers set left_at = coalesce(left_at, ${now})
       where worker_id = ${replaces} and key_id = ${keyId}
      returning drain_reason, drain_at, drain_by
    )
    update scheduler.workers w
       set drain_reason = e.drain_reason, drain_at = e.drain_at, drain_by = e.drain_by
      from ended e
     where w.worker_id = ${workerId}
    returning w.drain_reason is not null as is_drained
  `.execute(tx);
  return rows[0]?.is_drained === true;
}

/** What a worker said of itself when it registered under this id; undefined when nobody did. */
export async function findWorker(
  tx: EngineTx,
  workerId: string,
): Promise<Pick<Selectable<WorkersTable>, "key_id" | "kinds" | "concurrency"> | undefined> {
  return tx
    .selectFrom("scheduler.workers")
    .select(["key_id", "kinds", "concurrency"])
    .where("worker_id", "=", workerId)
    .executeTakeFirst();
}
