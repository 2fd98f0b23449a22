import type { Selectable } from "kysely";
import type { WorkerKeysTable } from "./tables.ts";
import type { EngineTx } from "./tenant.ts";

export type WorkerKeyRow = Selectable<WorkerKeysTable>;

export async function insertWorkerKey(tx: EngineTx, row: WorkerKeyRow): Promise<void> {
  await tx.insertInto("scheduler.worker_keys").values(row).execute();
}

/** A key that is not revoked, or undefined. */
export async function findLiveKey(tx: EngineTx, keyId: string): Promise<WorkerKeyRow | undefined> {
  return tx
    .selectFrom("scheduler.worker_keys")
    .selectAll()
    .where("key_id", "=", keyId)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
}

/** The keys of a queue that are not revoked. */
export async function listLiveKeys(tx: EngineTx, queue: string): Promise<WorkerKeyRow[]> {
  return tx
    .selectFrom("scheduler.worker_keys")
    .selectAll()
    .where("queue", "=", queue)
    .where("revoked_at", "is", null)
    .execute();
}
