import { hasOrdinal, type OrdinalRange } from "../../model/jobs/ordinals.ts";
import type { ImageOutcome, SbomResult, ScanResult } from "../../model/results/scan-result.ts";
import type { ImageException } from "../../store/results/image-outcomes.ts";
import type { SnapshotImage } from "../../store/results/snapshot-images.ts";
import type { RunRow } from "../../store/runs/rows.ts";
import type { MatchedImage } from "./apply-images.ts";
import { type PreparedFinding, prepareFindings } from "./content.ts";

/** What a result says about images of its own segment, as far as it can be believed. */
export interface CheckedImages {
  readonly matched: readonly MatchedImage[];
  readonly exceptions: readonly ImageException[];
  /** The ordinals of both. */
  readonly ordinals: readonly number[];
  /** Why some of it was not believed. */
  readonly fault: string | undefined;
}

/**
 * Holds a worker's result against what was pinned: the feed sequence of the run, the ordinals of the
 * segment, the SBOM digest of each image. What does not fit is left unsettled, so it is tried again.
 */
export function checkImages(
  run: RunRow,
  ordinals: readonly OrdinalRange[],
  result: ScanResult | undefined,
  snapshot: ReadonlyMap<number, SnapshotImage>,
): CheckedImages {
  if (result === undefined) return { matched: [], exceptions: [], ordinals: [], fault: undefined };
  if (result.feedSequence !== run.feed_seq) {
    const fault = `The result is of feed sequence ${result.feedSequence}, the run pins ${run.feed_seq}.`;
    return { matched: [], exceptions: [], ordinals: [], fault };
  }
  const prepared = new Map<SbomResult, PreparedFinding[]>();
  const matched: MatchedImage[] = [];
  const exceptions: ImageException[] = [];
  const seen = new Set<number>();
  let fault: string | undefined;
  for (const outcome of result.images) {
    const image = snapshot.get(outcome.ordinal);
    if (image === undefined || seen.has(outcome.ordinal) || !hasOrdinal(ordinals, outcome.ordinal)) {
      fault = `images: ordinal ${outcome.ordinal} is not of this segment, or is there twice.`;
      continue;
    }
    if ("status" in outcome) {
      exceptions.push(outcome);
    } else {
      const sbom = sbomOf(result, outcome, image);
      if (sbom === undefined) {
        fault = `images: ordinal ${outcome.ordinal} was matched with an SBOM that is not its own.`;
        continue;
      }
      let findings = prepared.get(sbom);
      if (findings === undefined) prepared.set(sbom, (findings = prepareFindings(sbom.findings)));
      const { coverage } = sbom;
      matched.push({ image: withSbom(image), coverage, findings, matcherVersion: result.matcherVersion });
    }
    seen.add(outcome.ordinal);
  }
  return { matched, exceptions, ordinals: [...seen], fault };
}

function sbomOf(
  result: ScanResult,
  outcome: Extract<ImageOutcome, { sbom: number }>,
  image: SnapshotImage,
): SbomResult | undefined {
  const sbom = result.sboms[outcome.sbom];
  return sbom !== undefined && sbom.digest === image.sbom_digest ? sbom : undefined;
}

function withSbom(image: SnapshotImage): MatchedImage["image"] {
  if (image.sbom_id === null) throw new Error("An image without an SBOM has no SBOM digest to agree with.");
  return { ...image, sbom_id: image.sbom_id };
}
