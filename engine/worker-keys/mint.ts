import { createHash, randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { formatWorkerKey } from "../../model/identity/worker-key.ts";
import { createWorkerUser } from "../../platform/valkey/worker-acl.ts";
import { type Database, withEngine } from "../../store/tenant.ts";
import { insertWorkerKey } from "../../store/worker-keys.ts";

/** What a key opens: the queue, and the pool of workers that share it. */
export interface MintWorkerKey {
  readonly queue: string;
  readonly pool: string;
}

/**
 * Makes a worker key and lets it into Valkey. The key is returned once and stored nowhere: only the hash of
 * its secret is. Dying between the two steps leaves a key that the next rebuild lets in.
 */
export async function mintWorkerKey(
  { database, valkey }: { readonly database: Database; readonly valkey: Redis },
  { queue, pool }: MintWorkerKey,
): Promise<string> {
  const keyId = randomBytes(8).toString("hex");
  const secret = randomBytes(32).toString("hex");
  const secretHash = createHash("sha256").update(secret).digest("hex");
  await withEngine(database, (tx, now) =>
    insertWorkerKey(tx, {
      key_id: keyId,
      queue,
      pool,
      secret_hash: secretHash,
      created_at: now,
      revoked_at: null,
    }),
  );
  await createWorkerUser(valkey, { keyId, secretSha256: secretHash, queue });
  return formatWorkerKey({ keyId, secret });
}
