import { type Selectable, sql } from "kysely";
import type { QueueLimitsTable, QueuePausesTable } from "./tables.ts";
import type { EngineTx } from "./tenant.ts";

export type QueueLimitRow = Selectable<QueueLimitsTable>;
export type QueuePauseRow = Selectable<QueuePausesTable>;

/** One teller of a queue's settings at a time, until the end of the transaction. */
export async function lockQueueSettings(tx: EngineTx, queue: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`queue settings ${queue}`}, 0))`.execute(tx);
}

/** Every weight and cap that was ever set for a queue. */
export async function listQueueLimits(tx: EngineTx, queue: string): Promise<QueueLimitRow[]> {
  return tx.selectFrom("scheduler.queue_limits").selectAll().where("queue", "=", queue).execute();
}

export async function putQueueLimit(tx: EngineTx, row: QueueLimitRow): Promise<void> {
  const { weight, max_leased, changed_at, changed_by } = row;
  await tx
    .insertInto("scheduler.queue_limits")
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(["queue", "tenant"]).doUpdateSet({ weight, max_leased, changed_at, changed_by }),
    )
    .execute();
}

/** Every pause of a queue; one that was lifted has no reason. */
export async function listQueuePauses(tx: EngineTx, queue: string): Promise<QueuePauseRow[]> {
  return tx
    .selectFrom("scheduler.queue_pauses")
    .selectAll()
    .where("queue", "=", queue)
    .orderBy("subject")
    .execute();
}

export async function findQueuePause(
  tx: EngineTx,
  queue: string,
  subject: string,
): Promise<QueuePauseRow | undefined> {
  return tx
    .selectFrom("scheduler.queue_pauses")
    .selectAll()
    .where("queue", "=", queue)
    .where("subject", "=", subject)
    .executeTakeFirst();
}

export async function putQueuePause(tx: EngineTx, row: QueuePauseRow): Promise<void> {
  const { reason, changed_at, changed_by } = row;
  await tx
    .insertInto("scheduler.queue_pauses")
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(["queue", "subject"]).doUpdateSet({ reason, changed_at, changed_by }),
    )
    .execute();
}
