import { listLiveKeys } from "../../store/worker-keys.ts";
import { withEngine } from "../../store/tenant.ts";
import type { PoolEngine } from "../context.ts";

/**
 * Lets every live key of a pool into Valkey: a server that starts without persistence knows no users, and whoever made
 * a key may have died before he could.
 */
export async function restoreWorkerUsers(engine: PoolEngine): Promise<void> {
  const keys = await withEngine(engine.engine, (tx) => listLiveKeys(tx, engine.pool));
  for (const key of keys) {
    await engine.workerUsers.letIn({ keyId: key.key_id, secretSha256: key.secret_hash, queue: key.pool });
  }
}
