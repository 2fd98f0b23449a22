import type { Finding } from "../../model/matching/finding.ts";
import {
  type DeltaContext,
  type DeltaDecision,
  decideDelta,
  findingKey,
} from "../../model/runs/decide-delta.ts";
import type { Coverage } from "../../model/matching/coverage.ts";
import { type NewDelta, insertDeltas } from "../../store/results/deltas.ts";
import {
  type ClosedFinding,
  type NewFinding,
  type OpenFinding,
  closeFindings,
  filterComponentsOf,
  listOpenFindings,
  newestSeqOf,
  openFindings,
} from "../../store/results/findings.ts";
import { type ImageResultRow, getImageResults, putImageResults } from "../../store/results/image-results.ts";
import type { SnapshotImage } from "../../store/results/snapshot-images.ts";
import type { EngineTx } from "../../store/tenant.ts";
import { type PreparedFinding, newFinding } from "./content.ts";

/** Where and when: every row written belongs to this run of this tenant. */
export interface ResultPlace {
  readonly tenant: string;
  readonly runId: string;
  readonly feedSeq: number;
  readonly now: Date;
}

/** What matching gave for one image, checked against the snapshot. */
export interface MatchedImage {
  readonly image: SnapshotImage & { readonly sbom_id: number };
  readonly coverage: Coverage;
  readonly findings: readonly PreparedFinding[];
  readonly matcherVersion: number;
}

/** What the images of a batch changed, for the run's totals. */
export interface AppliedImages {
  readonly newFindings: number;
  readonly newCritical: number;
  readonly newHigh: number;
  readonly fixed: number;
  readonly imagesChanged: number;
}

/**
 * Moves the current results of images forward, opens and closes finding intervals and writes deltas. A
 * result that is older than the current one (by SBOM, feed, matcher) is history and changes nothing here;
 * an image that was deleted meanwhile is passed over. The images must be distinct.
 */
export async function applyImages(
  tx: EngineTx,
  place: ResultPlace,
  matched: readonly MatchedImage[],
): Promise<AppliedImages> {
  const ids = matched.map(({ image }) => image.image_id);
  const { existing, results } = await getImageResults(tx, place.tenant, ids);
  const moving = matched.filter(
    (candidate) =>
      existing.has(candidate.image.image_id) &&
      isForward(results.get(candidate.image.image_id), candidate, place.feedSeq),
  );
  const open = Map.groupBy(
    await listOpenFindings(
      tx,
      place.tenant,
      moving.map(({ image }) => image.image_id),
    ),
    (finding) => finding.image_id,
  );
  const sbomOf = await readSbomMembership(tx, place, moving, results, open);
  const newestSeq = await newestSeqOf(tx, place.tenant, goneAdvisories(moving, open));

  const opened: NewFinding[] = [];
  const closed: ClosedFinding[] = [];
  const deltas: NewDelta[] = [];
  for (const candidate of moving) {
    const imageId = candidate.image.image_id;
    const before = open.get(imageId) ?? [];
    const previous = results.get(imageId);
    const decision = decideDelta(
      before.map(toFinding),
      candidate.findings.map(({ finding }) => finding),
      contextOf(candidate, previous, sbomOf, newestSeq),
    );
    collectIntervals(candidate, before, decision, opened, closed);
    if (decision.summary !== undefined) {
      deltas.push({ imageId, imageDigest: candidate.image.image_digest, ...decision.summary });
    }
  }
  await closeFindings(tx, place, closed);
  await openFindings(tx, place, opened);
  await insertDeltas(tx, place, deltas);
  await putImageResults(
    tx,
    place.tenant,
    moving.map((candidate) => resultRow(place, candidate)),
  );
  return {
    newFindings: sum(deltas, (delta) => delta.newFindings),
    newCritical: sum(deltas, (delta) => delta.newCritical),
    newHigh: sum(deltas, (delta) => delta.newHigh),
    fixed: sum(deltas, (delta) => delta.fixed),
    imagesChanged: deltas.length,
  };
}

/** Results move forward by (SBOM sequence, feed sequence, matcher version) only. */
function isForward(current: ImageResultRow | undefined, next: MatchedImage, feedSeq: number): boolean {
  if (current === undefined) return true;
  if (next.image.sbom_seq !== current.sbom_seq) return next.image.sbom_seq > current.sbom_seq;
  if (feedSeq !== current.feed_seq) return feedSeq > current.feed_seq;
  return next.matcherVersion >= current.matcher_version;
}

function collectIntervals(
  candidate: MatchedImage,
  before: readonly OpenFinding[],
  decision: DeltaDecision,
  opened: NewFinding[],
  closed: ClosedFinding[],
): void {
  const imageId = candidate.image.image_id;
  const causes = new Map(decision.added.map(({ finding, cause }) => [findingKey(finding), cause]));
  const goneCauses = new Map(decision.removed.map(({ finding, cause }) => [findingKey(finding), cause]));
  const after = new Map(candidate.findings.map((prepared) => [prepared.key, prepared]));
  const kept = new Map(before.map((finding) => [findingKey(finding), finding]));
  for (const [key, finding] of kept) {
    const next = after.get(key);
    if (next === undefined) {
      closed.push({ findingId: finding.finding_id, cause: goneCauses.get(key) ?? "coverage" });
    } else if (next.contentDigest !== finding.content_digest) {
      closed.push({ findingId: finding.finding_id, cause: "advisory" });
      opened.push(newFinding(imageId, next, "advisory"));
    }
  }
  for (const [key, prepared] of after) {
    if (!kept.has(key)) opened.push(newFinding(imageId, prepared, causes.get(key) ?? "coverage"));
  }
}

function toFinding(open: OpenFinding): Finding {
  return {
    purl: open.purl,
    vulnerability: open.vulnerability,
    advisories: open.advisories,
    severity: open.severity,
    advisorySeq: open.advisory_seq,
  };
}

/** Advisories of findings that are no longer there: did their records change, or something else? */
function goneAdvisories(moving: readonly MatchedImage[], open: Map<number, OpenFinding[]>): string[] {
  const gone = new Set<string>();
  for (const { image, findings } of moving) {
    const after = new Set(findings.map(({ key }) => key));
    for (const finding of open.get(image.image_id) ?? []) {
      if (!after.has(findingKey(finding))) for (const id of finding.advisories) gone.add(id);
    }
  }
  return [...gone];
}

/** `<sbom id> <purl>` of what the older and the newer SBOM hold, for images whose SBOM changed. */
async function readSbomMembership(
  tx: EngineTx,
  place: ResultPlace,
  moving: readonly MatchedImage[],
  results: Map<number, ImageResultRow>,
  open: Map<number, OpenFinding[]>,
): Promise<Set<string>> {
  const pairs: { sbomId: number; purl: string }[] = [];
  for (const { image, findings } of moving) {
    const previous = results.get(image.image_id);
    if (previous === undefined || previous.sbom_id === image.sbom_id) continue;
    for (const { finding } of findings) pairs.push({ sbomId: previous.sbom_id, purl: finding.purl });
    for (const finding of open.get(image.image_id) ?? []) {
      pairs.push({ sbomId: image.sbom_id, purl: finding.purl });
    }
  }
  return filterComponentsOf(tx, place.tenant, pairs);
}

function contextOf(
  { image, matcherVersion }: MatchedImage,
  previous: ImageResultRow | undefined,
  sbomOf: Set<string>,
  newestSeq: Map<string, number>,
): DeltaContext {
  if (previous === undefined) return { current: { matcherVersion, purls: everything } };
  const isSameSbom = previous.sbom_id === image.sbom_id;
  const membership = (sbomId: number) =>
    isSameSbom ? everything : { has: (purl: string) => sbomOf.has(`${sbomId} ${purl}`) };
  return {
    previous: {
      feedSequence: previous.feed_seq,
      matcherVersion: previous.matcher_version,
      purls: membership(previous.sbom_id),
    },
    current: { matcherVersion, purls: membership(image.sbom_id) },
    changedAdvisories: { has: (id) => (newestSeq.get(id) ?? 0) > previous.feed_seq },
  };
}

const everything = { has: () => true };

function resultRow(place: ResultPlace, { image, coverage, findings, matcherVersion }: MatchedImage) {
  const ofLevel = (level: string) => findings.filter(({ finding }) => finding.severity === level).length;
  return {
    image_id: image.image_id,
    run_id: place.runId,
    sbom_id: image.sbom_id,
    sbom_seq: image.sbom_seq,
    feed_seq: place.feedSeq,
    matcher_version: matcherVersion,
    components: image.component_count ?? coverage.components,
    matchable: coverage.matchable,
    not_covered: sum(Object.values(coverage.notCovered), (count) => count),
    findings: findings.length,
    critical: ofLevel("critical"),
    high: ofLevel("high"),
    finished_at: place.now,
  };
}

function sum<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
