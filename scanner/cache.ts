/**
 * Keeps values up to a total weight; the least recently used go first. Values are shared between jobs, so a
 * key must say everything that a value depends on: a digest does, and where tenants could differ the tenant.
 */
export interface WeightedCache<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

export function createWeightedCache<Value>(
  largestTotal: number,
  weightOf: (value: Value) => number,
): WeightedCache<Value> {
  // A Map keeps its insertion order: the first key is the one that was used longest ago.
  const entries = new Map<string, Value>();
  let total = 0;
  return {
    get(key) {
      const value = entries.get(key);
      if (value !== undefined) {
        entries.delete(key);
        entries.set(key, value);
      }
      return value;
    },
    set(key, value) {
      const replaced = entries.get(key);
      if (replaced !== undefined) total -= weightOf(replaced);
      entries.delete(key);
      entries.set(key, value);
      total += weightOf(value);
      for (const [oldest, weighed] of entries) {
        if (total <= largestTotal || oldest === key) break;
        entries.delete(oldest);
        total -= weightOf(weighed);
      }
    },
  };
}

/** Takes what the cache has and fetches the rest in one call, which goes into the cache. */
export async function readThrough<Value>(
  cache: WeightedCache<Value>,
  keys: readonly string[],
  cacheKey: (key: string) => string,
  fetchMissing: (missing: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): Promise<Map<string, Value>> {
  const found = new Map<string, Value>();
  const missing: string[] = [];
  for (const key of new Set(keys)) {
    const kept = cache.get(cacheKey(key));
    if (kept === undefined) missing.push(key);
    else found.set(key, kept);
  }
  if (missing.length === 0) return found;
  for (const [key, value] of await fetchMissing(missing)) {
    cache.set(cacheKey(key), value);
    found.set(key, value);
  }
  return found;
}
