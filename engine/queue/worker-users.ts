import type { Redis } from "ioredis";
import { createWorkerUser } from "../../platform/valkey/worker-acl.ts";
import { listLiveKeys } from "../../store/worker-keys.ts";
import { withEngine } from "../../store/tenant.ts";
import type { Engine } from "../context.ts";

/** Lets every live worker key into Valkey again: a server that starts without persistence knows no users. */
export async function restoreWorkerUsers(engine: Engine, valkey: Redis): Promise<void> {
  const keys = await withEngine(engine.engine, (tx) => listLiveKeys(tx, engine.queue.queue));
  for (const key of keys) {
    await createWorkerUser(valkey, { keyId: key.key_id, secretSha256: key.secret_hash, queue: key.queue });
  }
}
