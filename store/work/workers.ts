import type { Insertable } from "kysely";
import type { WorkersTable } from "../tables.ts";
import type { EngineTx } from "../tenant.ts";

export async function insertWorker(tx: EngineTx, row: Insertable<WorkersTable>): Promise<void> {
  await tx.insertInto("scheduler.workers").values(row).execute();
}
