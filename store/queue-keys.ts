import type { Selectable } from "kysely";
import type { QueueKeysTable } from "./tables.ts";
import type { EngineTx } from "./tenant.ts";

export type QueueKeyRow = Selectable<QueueKeysTable>;

/** Every limit of a concurrency key that was ever set for a queue; one that was lifted stays, without numbers. */
export async function listQueueKeys(tx: EngineTx, queue: string): Promise<QueueKeyRow[]> {
  return tx.selectFrom("scheduler.queue_keys").selectAll().where("queue", "=", queue).execute();
}

export async function putQueueKey(tx: EngineTx, row: QueueKeyRow): Promise<void> {
  const { max_leased, per_second, burst, changed_at, changed_by } = row;
  await tx
    .insertInto("scheduler.queue_keys")
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(["queue", "key"])
        .doUpdateSet({ max_leased, per_second, burst, changed_at, changed_by }),
    )
    .execute();
}
