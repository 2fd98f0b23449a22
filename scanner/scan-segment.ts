import { createAdvisoryIndex } from "../model/matching/advisory-index.ts";
import { matchComponents } from "../model/matching/match.ts";
import { matcherVersion } from "../model/matching/matcher-version.ts";
import { componentPackageKeys } from "../model/matching/package-keys.ts";
import type { AdvisoryFacts } from "../model/advisories/facts.ts";
import type { ImageOutcome, SbomResult, ScanResult } from "../model/results/scan-result.ts";
import { createWeightedCache, readThrough } from "./cache.ts";
import type { IndexEntry, InputSource } from "./inputs.ts";

/** What one worker process keeps between jobs; weights are in components and records. */
export interface ScanCaches {
  readonly purls: ReturnType<typeof createWeightedCache<readonly string[]>>;
  readonly index: ReturnType<typeof createWeightedCache<readonly IndexEntry[]>>;
  readonly advisories: ReturnType<typeof createWeightedCache<AdvisoryFacts>>;
}

export function createScanCaches(): ScanCaches {
  return {
    purls: createWeightedCache(500_000, (purls) => purls.length + 1),
    index: createWeightedCache(200_000, (entries) => entries.length + 1),
    advisories: createWeightedCache(50_000, () => 1),
  };
}

export interface ScanOptions {
  readonly tenant: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number, phase: string) => void;
}

/**
 * Matches a segment: its SBOMs against the advisories that name one of their packages, as of the run's feed
 * sequence. Each SBOM is matched once however many images share it. No clock and no worker's name goes into
 * the result: the same inputs give the same bytes.
 */
export async function scanSegment(
  source: InputSource,
  caches: ScanCaches,
  { tenant, signal, onProgress }: ScanOptions,
): Promise<ScanResult> {
  const segment = await source.segment();
  const digests = [...new Set(segment.images.flatMap(({ sbom }) => sbom ?? []))];
  onProgress(0, digests.length, "fetch");
  // A digest names the same bytes for every tenant, but whether a tenant has them is its own affair.
  const purls = await readThrough(caches.purls, digests, (digest) => `${tenant} ${digest}`, source.purls);
  const records = await readRecords(source, caches, tenant, segment.feedSequence, purls.values());
  const index = createAdvisoryIndex(records);

  const sboms: SbomResult[] = [];
  const places = new Map<string, number>();
  for (const digest of digests) {
    signal.throwIfAborted();
    const components = (purls.get(digest) ?? []).map((purl) => ({ purl }));
    places.set(digest, sboms.length);
    sboms.push({ digest, ...matchComponents(components, index) });
    onProgress(sboms.length, digests.length, "match");
    // Heartbeats and cancellation need the event loop between two SBOMs.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const images = segment.images.map(({ ordinal, sbom }): ImageOutcome => {
    const place = sbom === undefined ? undefined : places.get(sbom);
    return place === undefined
      ? { ordinal, status: "incomplete", reason: "no_sbom" }
      : { ordinal, sbom: place };
  });
  return {
    schemaVersion: "scheduler.scan-result@1",
    feedSequence: segment.feedSequence,
    matcherVersion,
    sboms,
    images,
  };
}

/** The records that name a package of any of the SBOMs, each once, in the order of the feed. */
async function readRecords(
  source: InputSource,
  caches: ScanCaches,
  tenant: string,
  feedSequence: number,
  sboms: Iterable<readonly string[]>,
): Promise<{ seq: number; facts: AdvisoryFacts }[]> {
  const keys = new Set<string>();
  for (const purls of sboms) {
    for (const purl of purls) {
      const named = componentPackageKeys(purl);
      if ("keys" in named) for (const key of named.keys) keys.add(key);
    }
  }
  const index = await readThrough(
    caches.index,
    [...keys],
    (key) => `${tenant} ${feedSequence} ${key}`,
    async (missing) => {
      const found = await source.index(missing);
      // A key that no record names is an answer, too: it is not asked for again.
      return new Map(missing.map((key) => [key, found.get(key) ?? []]));
    },
  );
  const seqOf = new Map<string, number>();
  for (const entries of index.values()) for (const { digest, seq } of entries) seqOf.set(digest, seq);
  const facts = await readThrough(
    caches.advisories,
    [...seqOf.keys()],
    (digest) => `${tenant} ${digest}`,
    source.advisories,
  );
  return [...facts]
    .map(([digest, record]) => ({ seq: seqOf.get(digest) ?? 0, facts: record }))
    .sort((a, b) => a.seq - b.seq);
}
