import type { Insertable, Selectable } from "kysely";
import type { WorkersTable } from "../tables.ts";
import type { EngineTx } from "../tenant.ts";

export async function insertWorker(tx: EngineTx, row: Insertable<WorkersTable>): Promise<void> {
  await tx.insertInto("scheduler.workers").values(row).execute();
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
