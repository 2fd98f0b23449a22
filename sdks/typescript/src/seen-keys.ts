import { createHash } from "node:crypto";

export interface SeenKeysOptions {
  /** How long a key is remembered from its first sight. */
  readonly windowMs: number;
  /** The most keys; beyond them the oldest are forgotten; default 100,000. */
  readonly most?: number;
}

/** Remembers the keys of what was seen lately, in this process alone. */
export interface SeenKeys {
  /** True for a key that is not remembered; it is from now on. @param nowMs a monotonic clock's, for tests */
  isFirst(key: string, nowMs?: number): boolean;
}

/**
 * Suppresses duplicates in what a worker reads, say where windows overlap. It keeps 16 bytes of a key's SHA-256,
 * whatever the length of the key. It saves work and promises nothing: another process, or this one after a
 * restart, sees the same key as a first one. What must not happen twice needs an effect that may be repeated.
 */
export function createSeenKeys({ windowMs, most = 100_000 }: SeenKeysOptions): SeenKeys {
  if (!(windowMs > 0)) throw new RangeError("windowMs is above 0.");
  if (!Number.isInteger(most) || most < 1) throw new RangeError("most is a whole number, 1 or more.");
  /** In the order of first sight. */
  const seenAtMs = new Map<string, number>();

  function forget(nowMs: number): void {
    for (const [digest, atMs] of seenAtMs) {
      if (nowMs - atMs < windowMs && seenAtMs.size <= most) return;
      seenAtMs.delete(digest);
    }
  }

  return {
    isFirst(key, nowMs = performance.now()) {
      forget(nowMs);
      const digest = createHash("sha256").update(key).digest().toString("latin1", 0, 16);
      if (seenAtMs.has(digest)) return false;
      seenAtMs.set(digest, nowMs);
      forget(nowMs);
      return true;
    },
  };
}
