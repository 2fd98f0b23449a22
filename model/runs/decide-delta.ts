import { compareSeverityLevels } from "../advisories/severity.ts";
import type { Finding } from "../matching/finding.ts";
import { type Delta, type DeltaCause, deltaCauses, type TopFinding, topFindingsMax } from "./delta.ts";

/** A set that is only asked: a `Set` or a look-up. */
export type Membership = Pick<ReadonlySet<string>, "has">;

/** What the two results were made from. */
export interface DeltaContext {
  /** Of the last good result; absent for the first result of an image. */
  readonly previous?: {
    readonly feedSequence: number;
    readonly matcherVersion: number;
    /** The purls of its SBOM. */
    readonly purls: Membership;
  };
  readonly current: {
    readonly matcherVersion: number;
    readonly purls: Membership;
  };
  /**
   * Advisories that have a record newer than the previous feed sequence. Needed to tell why findings went
   * away; new findings carry the sequence of their record themselves.
   */
  readonly changedAdvisories?: Membership;
  /** Vulnerabilities known to be exploited. */
  readonly kev?: Membership;
}

export interface ChangedFinding {
  readonly finding: Finding;
  readonly cause: DeltaCause;
}

export interface DeltaDecision {
  /** In the order of the current findings. */
  readonly added: readonly ChangedFinding[];
  /** In the order of the previous findings. */
  readonly removed: readonly ChangedFinding[];
  readonly unchanged: number;
  /** `undefined` when nothing was added or removed. */
  readonly summary: Omit<Delta, "imageDigest" | "detectedAt"> | undefined;
}

/**
 * Compares two results of an image. A finding is the same when purl and vulnerability are; a changed
 * severity or fixed version is no delta.
 */
export function decideDelta(
  previousFindings: readonly Finding[],
  currentFindings: readonly Finding[],
  context: DeltaContext,
): DeltaDecision {
  const previousKeys = new Set(previousFindings.map(findingKey));
  const currentKeys = new Set(currentFindings.map(findingKey));
  const previousByPurl = Map.groupBy(previousFindings, ({ purl }) => purl);
  const currentByPurl = Map.groupBy(currentFindings, ({ purl }) => purl);
  const added = currentFindings
    .filter((finding) => !previousKeys.has(findingKey(finding)))
    .map((finding) => ({ finding, cause: causeOfNew(finding, relatives(finding, previousByPurl), context) }));
  const removed = previousFindings
    .filter((finding) => !currentKeys.has(findingKey(finding)))
    .map((finding) => ({
      finding,
      cause: causeOfFixed(finding, relatives(finding, currentByPurl), context),
    }));
  const unchanged = currentFindings.length - added.length;
  return { added, removed, unchanged, summary: summarize(added, removed, unchanged, context) };
}

/** The identity of a finding within an image. */
export function findingKey(finding: Pick<Finding, "purl" | "vulnerability">): string {
  return `${finding.vulnerability}\n${finding.purl}`;
}

/**
 * Findings of the same component by one of the same records: a record that comes to a group of aliases, or
 * leaves it, gives the others another name.
 */
function relatives(finding: Finding, others: ReadonlyMap<string, readonly Finding[]>): Finding[] {
  const isShared = (id: string) => finding.advisories.includes(id);
  return (others.get(finding.purl) ?? []).filter(({ advisories }) => advisories.some(isShared));
}

function causeOfNew(finding: Finding, former: readonly Finding[], context: DeltaContext): DeltaCause {
  const { previous, current } = context;
  if (!previous || !previous.purls.has(finding.purl)) return "sbom";
  if (hasNewRecord(finding, context) || former.some((one) => hasChangedRecord(one, context)))
    return "advisory";
  return previous.matcherVersion === current.matcherVersion ? "coverage" : "matcher";
}

function causeOfFixed(finding: Finding, later: readonly Finding[], context: DeltaContext): DeltaCause {
  const { previous, current } = context;
  if (!previous || !current.purls.has(finding.purl)) return "sbom";
  if (hasChangedRecord(finding, context) || later.some((one) => hasNewRecord(one, context)))
    return "advisory";
  return previous.matcherVersion === current.matcherVersion ? "coverage" : "matcher";
}

function hasNewRecord({ advisorySeq }: Finding, { previous }: DeltaContext): boolean {
  return previous !== undefined && advisorySeq > previous.feedSequence;
}

function hasChangedRecord({ advisories }: Finding, { changedAdvisories }: DeltaContext): boolean {
  return advisories.some((id) => changedAdvisories?.has(id));
}

function summarize(
  added: readonly ChangedFinding[],
  removed: readonly ChangedFinding[],
  unchanged: number,
  context: DeltaContext,
): DeltaDecision["summary"] {
  if (added.length + removed.length === 0) return undefined;
  const kevHits = added
    .map(({ finding }) => finding.vulnerability)
    .filter((vulnerability) => context.kev?.has(vulnerability));
  return {
    newFindings: added.length,
    newCritical: added.filter(({ finding }) => finding.severity === "critical").length,
    newHigh: added.filter(({ finding }) => finding.severity === "high").length,
    kevHits: [...new Set(kevHits)].sort(),
    fixed: removed.length,
    unchanged,
    cause: mainCause([...added, ...removed]),
    topFindings: added
      .map(({ finding }) => finding)
      .sort(compareFindings)
      .slice(0, topFindingsMax)
      .map(toTopFinding),
  };
}

/** The cause of most findings; `deltaCauses` decides between equals. */
function mainCause(changes: readonly ChangedFinding[]): DeltaCause {
  const countOf = (cause: DeltaCause) => changes.filter((change) => change.cause === cause).length;
  return deltaCauses.reduce((best, cause) => (countOf(cause) > countOf(best) ? cause : best));
}

/** Worst first, then by name, so that the same findings give the same list. */
function compareFindings(a: Finding, b: Finding): number {
  return (
    compareSeverityLevels(a.severity, b.severity) ||
    (b.score ?? -1) - (a.score ?? -1) ||
    compareText(a.vulnerability, b.vulnerability) ||
    compareText(a.purl, b.purl)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function toTopFinding({ purl, vulnerability, severity, score, fixedVersion }: Finding): TopFinding {
  return {
    purl,
    vulnerability,
    severity,
    ...(score === undefined ? {} : { score }),
    ...(fixedVersion === undefined ? {} : { fixedVersion }),
  };
}
