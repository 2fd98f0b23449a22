/** A worker's key, `wk_<id>_<secret>`: the id is public, the secret is stored as its SHA-256 only. */
export interface WorkerKey {
  /** 16 hex digits. */
  readonly keyId: string;
  /** 64 hex digits. Never logged. */
  readonly secret: string;
}

const form = /^wk_([0-9a-f]{16})_([0-9a-f]{64})$/;

/** Reads a worker key, or answers undefined when the text is not of its form. */
export function parseWorkerKey(text: string): WorkerKey | undefined {
  const match = form.exec(text);
  const [, keyId, secret] = match ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
}

/** Writes a worker key in the form that `parseWorkerKey` reads. */
export function formatWorkerKey(key: WorkerKey): string {
  return `wk_${key.keyId}_${key.secret}`;
}

/** The name of the Valkey ACL user that belongs to a key; its password is the same secret. */
export function workerUserName(keyId: string): string {
  return `wk_${keyId}`;
}

/** A verified worker: which key it showed and of which pool it is. It belongs to no tenant. */
export interface WorkerIdentity {
  readonly keyId: string;
  readonly pool: string;
}
