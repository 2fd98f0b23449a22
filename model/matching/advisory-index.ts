import type { AdvisoryFacts } from "../advisories/facts.ts";
import { type AffectedVersions, readAffectedVersions } from "./affected-range.ts";
import { keysOf, type PackageKey } from "./package-keys.ts";
import { lookupEcosystem, normalName } from "./package-name.ts";

/** A record with its place in the feed. */
export interface FeedAdvisory {
  readonly seq: number;
  readonly facts: AdvisoryFacts;
}

/** One package that a record affects, read for matching. */
export interface IndexedAffected {
  readonly advisory: FeedAdvisory;
  /** Normal name. */
  readonly name: string;
  readonly versions: AffectedVersions;
}

/** Advisories by package key; make it once, match many SBOMs with it. */
export interface AdvisoryIndex {
  readonly byKey: ReadonlyMap<PackageKey, readonly IndexedAffected[]>;
}

/**
 * Reads advisories into an index. Withdrawn records are left out; of several records with one id the one
 * with the largest sequence counts. The order of the input has no influence.
 */
export function createAdvisoryIndex(advisories: Iterable<FeedAdvisory>): AdvisoryIndex {
  const newest = new Map<string, FeedAdvisory>();
  for (const advisory of advisories) {
    const other = newest.get(advisory.facts.id);
    if (other === undefined || advisory.seq > other.seq) newest.set(advisory.facts.id, advisory);
  }
  const byKey = new Map<PackageKey, IndexedAffected[]>();
  for (const advisory of newest.values()) {
    for (const affected of indexedAffected(advisory)) {
      for (const key of affected.keys) {
        const entries = byKey.get(key);
        if (entries === undefined) byKey.set(key, [affected]);
        else entries.push(affected);
      }
    }
  }
  return { byKey };
}

function indexedAffected(advisory: FeedAdvisory): (IndexedAffected & { keys: PackageKey[] })[] {
  if (advisory.facts.withdrawn !== undefined) return [];
  return advisory.facts.affected.map((affected) => {
    const ecosystem = lookupEcosystem(affected.ecosystem);
    const name = normalName(ecosystem, affected.name);
    return {
      advisory,
      name,
      versions: readAffectedVersions(affected),
      keys: keysOf(ecosystem, name),
    };
  });
}
