import { findLiveKey } from "../../store/worker-keys.ts";
import { withEngine } from "../../store/tenant.ts";
import type { WorkerKeyRecord } from "../../platform/http/auth/worker-key.ts";
import type { Engine } from "../context.ts";

/** What is stored of a worker key that may be used, or undefined. */
export async function findWorkerKey(engine: Engine, keyId: string): Promise<WorkerKeyRecord | undefined> {
  const row = await withEngine(engine.engine, (tx) => findLiveKey(tx, keyId));
  return row && { keyId: row.key_id, pool: row.pool, secretSha256: row.secret_hash };
}
