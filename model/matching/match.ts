import { compareSeverities } from "../advisories/severity.ts";
import { compareText } from "../versions/digits.ts";
import { compareParsed, type ParsedVersion, parseVersion } from "../versions/orders.ts";
import type { AdvisoryIndex, FeedAdvisory, IndexedAffected } from "./advisory-index.ts";
import { isVersionAffected } from "./affected-range.ts";
import { type ComponentPackage, componentPackage, isMatchable } from "./component-package.ts";
import { type Coverage, createCoverageCounter } from "./coverage.ts";
import type { Finding } from "./finding.ts";
import { mergeAliases, type Vulnerability } from "./merge-aliases.ts";
import { keysOfComponent } from "./package-keys.ts";
import { isSamePackage } from "./package-name.ts";

export interface MatchResult {
  /** Sorted by package URL, then vulnerability; each pair once. */
  readonly findings: Finding[];
  readonly coverage: Coverage;
}

/**
 * Matches the components of an SBOM against advisories by OSV's rules. Pure: the same components and the
 * same advisories, in any order, give the same findings in the same order. A package URL that occurs
 * twice is counted twice in the coverage and found once.
 */
export function matchComponents(
  components: Iterable<{ readonly purl: string }>,
  index: AdvisoryIndex,
): MatchResult {
  const counter = createCoverageCounter();
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { purl } of components) {
    const component = componentPackage(purl);
    if (!isMatchable(component)) {
      counter.countNotMatchable(component.reason, component.type);
      continue;
    }
    if (component.version === undefined) {
      counter.countNotMatchable("version_missing", undefined);
      continue;
    }
    const version = parseVersion(component.ecosystem, component.version);
    if (version === undefined) counter.countNotMatchable("version_unreadable", undefined);
    else counter.countMatchable();
    if (seen.has(purl)) continue;
    seen.add(purl);
    const hits = affectedEntries(component, component.version, version, index);
    for (const vulnerability of mergeAliases(recordsOf(hits))) {
      findings.push(findingOf(purl, vulnerability, hits, version));
    }
  }
  findings.sort((a, b) => compareText(a.purl, b.purl) || compareText(a.vulnerability, b.vulnerability));
  return { findings, coverage: counter.coverage() };
}

/** The affected packages of all records that affect this version of the component. */
function affectedEntries(
  component: ComponentPackage,
  text: string,
  version: ParsedVersion | undefined,
  index: AdvisoryIndex,
): IndexedAffected[] {
  const hits = new Set<IndexedAffected>();
  for (const key of keysOfComponent(component)) {
    for (const entry of index.byKey.get(key) ?? []) {
      if (!isSamePackage(component.ecosystem, component.name, entry.name)) continue;
      if (isVersionAffected(entry.versions, text, version)) hits.add(entry);
    }
  }
  return [...hits];
}

function recordsOf(hits: readonly IndexedAffected[]): FeedAdvisory[] {
  return [...new Set(hits.map(({ advisory }) => advisory))];
}

function findingOf(
  purl: string,
  { id, records }: Vulnerability,
  hits: readonly IndexedAffected[],
  version: ParsedVersion | undefined,
): Finding {
  const severities = records.map(({ facts }) => facts.severity).sort(compareSeverities);
  const severity = severities[0] ?? { level: "unknown" };
  const own = hits.filter((hit) => records.includes(hit.advisory));
  const fixed = version === undefined ? undefined : smallestFix(own, version);
  return {
    purl,
    vulnerability: id,
    advisories: records.map(({ facts }) => facts.id),
    severity: severity.level,
    ...(severity.score === undefined ? {} : { score: severity.score }),
    ...(severity.cvssVector === undefined ? {} : { cvss: severity.cvssVector }),
    ...(fixed === undefined ? {} : { fixedVersion: fixed.text }),
    advisorySeq: Math.max(...records.map(({ seq }) => seq)),
  };
}

/** The smallest version that ends a range above the component's and that no record of the group affects. */
function smallestFix(hits: readonly IndexedAffected[], version: ParsedVersion): ParsedVersion | undefined {
  let smallest: ParsedVersion | undefined;
  for (const candidate of hits.flatMap(({ versions }) => versions.fixed)) {
    if (!isAbove(candidate, version) || (smallest !== undefined && !isAbove(smallest, candidate))) continue;
    if (hits.some(({ versions }) => isVersionAffected(versions, candidate.text, candidate))) continue;
    smallest = candidate;
  }
  return smallest;
}

function isAbove(a: ParsedVersion, b: ParsedVersion): boolean {
  const difference = compareParsed(a, b);
  return difference !== "incomparable" && difference > 0;
}
