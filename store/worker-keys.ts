import type { Selectable } from "kysely";
import type { WorkerKeysTable } from "./tables.ts";
import type { EngineTx } from "./tenant.ts";

export type WorkerKeyRow = Selectable<WorkerKeysTable>;

/** A key with whom its pool works for. */
export type OwnedWorkerKeyRow = WorkerKeyRow & { readonly tenant: string | null };

export async function insertWorkerKey(tx: EngineTx, row: WorkerKeyRow): Promise<void> {
  await tx.insertInto("scheduler.worker_keys").values(row).execute();
}

/** A key, revoked or not, or undefined. */
export async function findKey(tx: EngineTx, keyId: string): Promise<OwnedWorkerKeyRow | undefined> {
  return owned(tx).where("k.key_id", "=", keyId).executeTakeFirst();
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

/** The keys of a pool that are not revoked. */
export async function listLiveKeys(tx: EngineTx, pool: string): Promise<WorkerKeyRow[]> {
  return tx
    .selectFrom("scheduler.worker_keys")
    .selectAll()
    .where("pool", "=", pool)
    .where("revoked_at", "is", null)
    .execute();
}

/** Keys in the order of their ids, after an id; with `tenant` those of its own pools only. */
export async function listKeys(
  tx: EngineTx,
  where: {
    readonly tenant: string | undefined;
    readonly pool: string | undefined;
    readonly afterKeyId: string;
  },
  limit: number,
): Promise<OwnedWorkerKeyRow[]> {
  let query = owned(tx).where("k.key_id", ">", where.afterKeyId);
  if (where.tenant !== undefined) query = query.where("p.tenant", "=", where.tenant);
  if (where.pool !== undefined) query = query.where("k.pool", "=", where.pool);
  return query.orderBy("k.key_id").limit(limit).execute();
}

/** Revokes a key; false when it was revoked before. */
export async function revokeKey(tx: EngineTx, now: Date, keyId: string, by: string): Promise<boolean> {
  const revoked = await tx
    .updateTable("scheduler.worker_keys")
    .set({ revoked_at: now, revoked_by: by })
    .where("key_id", "=", keyId)
    .where("revoked_at", "is", null)
    .returning("key_id")
    .executeTakeFirst();
  return revoked !== undefined;
}

/** The keys that were revoked since an instant. */
export async function listRevokedSince(tx: EngineTx, since: Date): Promise<string[]> {
  const rows = await tx
    .selectFrom("scheduler.worker_keys")
    .select("key_id")
    .where("revoked_at", ">=", since)
    .execute();
  return rows.map((row) => row.key_id);
}

function owned(tx: EngineTx) {
  return tx
    .selectFrom("scheduler.worker_keys as k")
    .innerJoin("scheduler.pools as p", "p.pool", "k.pool")
    .selectAll("k")
    .select("p.tenant");
}
