import type { Selectable } from "kysely";
import type { QueuesTable } from "./tables.ts";
import type { EngineTx } from "./tenant.ts";

export type QueueRow = Selectable<QueuesTable>;

/** What PostgreSQL holds to be the current epoch of a queue; undefined before it was opened the first time. */
export async function getQueue(tx: EngineTx, queue: string): Promise<QueueRow | undefined> {
  return tx.selectFrom("scheduler.queues").selectAll().where("queue", "=", queue).executeTakeFirst();
}

/** Notes the epoch that is open, and the server process that holds it. */
export async function putQueue(tx: EngineTx, row: QueueRow): Promise<void> {
  await tx
    .insertInto("scheduler.queues")
    .values(row)
    .onConflict((conflict) =>
      conflict.column("queue").doUpdateSet({
        epoch: row.epoch,
        valkey_run_id: row.valkey_run_id,
        opened_at: row.opened_at,
      }),
    )
    .execute();
}
