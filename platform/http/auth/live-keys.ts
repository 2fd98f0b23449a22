import { createBoundedMap } from "../../../model/bounded-map.ts";
import type { WorkerKeyLookup } from "./worker-key.ts";

/**
 * How long a key that was found alive is believed to be. Workers that come over HTTPS show theirs with each call,
 * and a revoked one must be refused within 5 s.
 */
export const liveKeyMs = 2_000;

const keysKept = 10_000;

/**
 * Asks for the same key at most once in two seconds, however many requests show it. Only keys that live are kept:
 * a new key works at once.
 */
export function rememberLiveKeys(
  lookup: WorkerKeyLookup,
  nowMs: () => number = () => performance.now(),
): WorkerKeyLookup {
  const asked = createBoundedMap<
    string,
    { readonly sinceMs: number; readonly answer: ReturnType<WorkerKeyLookup> }
  >(keysKept);
  return async (keyId) => {
    const known = asked.get(keyId);
    // From before the question was sent: the answer may be as old as that.
    const sinceMs = nowMs();
    if (known !== undefined && sinceMs - known.sinceMs < liveKeyMs) return await known.answer;
    const answer = lookup(keyId);
    asked.set(keyId, { sinceMs, answer });
    try {
      const record = await answer;
      if (record === undefined) asked.delete(keyId);
      return record;
    } catch (error) {
      asked.delete(keyId);
      throw error;
    }
  };
}
