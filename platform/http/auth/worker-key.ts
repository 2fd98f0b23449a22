import { hash, timingSafeEqual } from "node:crypto";
import { DomainError } from "../../../model/errors.ts";
import { parseWorkerKey } from "../../../model/identity/worker-key.ts";
import type { WorkerIdentity } from "../../../model/identity/worker-key.ts";
import type { WorkerAuthenticator } from "./authenticator.ts";
import { bearerToken } from "./bearer.ts";

/** What is stored of a live worker key. */
export interface WorkerKeyRecord extends WorkerIdentity {
  /** SHA-256 of the secret's text, hex. */
  readonly secretSha256: string;
}

/** Finds a live key by its id; undefined for unknown, expired and revoked ones alike. */
export type WorkerKeyLookup = (keyId: string) => Promise<WorkerKeyRecord | undefined>;

/** Compared with when the key is unknown, so that both answers take the same time. */
const noSecretSha256 = "0".repeat(64);

/** Checks `Authorization: Bearer wk_<id>_<secret>` against the stored hash, in constant time. */
export function createWorkerAuthenticator(lookup: WorkerKeyLookup): WorkerAuthenticator {
  return {
    async authenticate(request) {
      const key = parseWorkerKey(bearerToken(request) ?? "");
      if (key === undefined) throw refused("Send Authorization: Bearer with a worker key (wk_…).");
      const record = await lookup(key.keyId);
      const given = Buffer.from(hash("sha256", key.secret, "hex"), "hex");
      const stored = Buffer.from(record?.secretSha256 ?? noSecretSha256, "hex");
      const matches = stored.length === given.length && timingSafeEqual(given, stored);
      if (record === undefined || !matches) throw refused("The worker key is unknown, expired or revoked.");
      return { keyId: record.keyId, pool: record.pool };
    },
  };
}

const refused = (message: string) => new DomainError("unauthenticated", message);
