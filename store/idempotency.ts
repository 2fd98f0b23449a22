import type { EngineTx } from "./tenant.ts";

/** Removes keys that were first used before an instant; the next request with such a key is a new one. */
export async function pruneIdempotencyKeys(tx: EngineTx, before: Date): Promise<void> {
  await tx.deleteFrom("scheduler.idempotency_keys").where("created_at", "<", before).execute();
}
