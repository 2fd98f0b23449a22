import { insertPool } from "../../store/pools.ts";
import { type Database, withEngine } from "../../store/tenant.ts";
import { insertWorkerKey } from "../../store/worker-keys.ts";
import type { WorkerUsers } from "../../platform/valkey/worker-users.ts";
import { newWorkerKey } from "./secret.ts";

/**
 * Makes a worker key from the machine itself, for a first start when nobody can sign in yet: no caller, no audit, no
 * limit. The pool is made where there is none, for all tenants. The key is answered once. Dying between the
 * commit and letting it into Valkey leaves a key that the next rebuild lets in.
 */
export async function mintWorkerKey(
  { database, workerUsers }: { readonly database: Database; readonly workerUsers: WorkerUsers },
  pool: string,
): Promise<string> {
  const { keyId, key, secretHash } = newWorkerKey();
  await withEngine(database, async (tx, now) => {
    await insertPool(tx, { pool, tenant: null, created_at: now, created_by: "jobengine" });
    await insertWorkerKey(tx, {
      key_id: keyId,
      pool,
      secret_hash: secretHash,
      created_at: now,
      created_by: "jobengine",
      revoked_at: null,
      revoked_by: null,
    });
  });
  await workerUsers.letIn({ keyId, secretSha256: secretHash, queue: pool });
  return key;
}
