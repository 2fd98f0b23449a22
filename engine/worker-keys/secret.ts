import { createHash, randomBytes } from "node:crypto";
import { formatWorkerKey } from "../../model/identity/worker-key.ts";

/** A fresh worker key: the text is for its owner, shown once; the hash is all that is kept. */
export function newWorkerKey(): {
  readonly keyId: string;
  readonly key: string;
  readonly secretHash: string;
} {
  const keyId = randomBytes(8).toString("hex");
  const secret = randomBytes(32).toString("hex");
  const secretHash = createHash("sha256").update(secret).digest("hex");
  return { keyId, key: formatWorkerKey({ keyId, secret }), secretHash };
}
