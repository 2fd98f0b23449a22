import { z } from "zod";
import { severityLevelSchema } from "../advisories/severity.ts";
import { imageDigest } from "../images/image.ts";
import { timestamp } from "../time/timestamp.ts";

/**
 * Why the findings of an image changed: a new or changed advisory, another SBOM, another matcher, or what
 * the matcher could look at. In this order when two explain equally many findings.
 */
export const deltaCauses = ["advisory", "sbom", "matcher", "coverage"] as const;
export const deltaCause = z.enum(deltaCauses);
export type DeltaCause = (typeof deltaCauses)[number];

/** The new findings that a delta names, worst first. */
export const topFindingsMax = 10;

export const topFinding = z.strictObject({
  purl: z.string(),
  vulnerability: z.string(),
  severity: severityLevelSchema,
  score: z.number().min(0).max(10).optional(),
  fixedVersion: z.string().optional(),
});

const count = z.int().min(0);

/** What changed for one image against its last good result. */
export const delta = z.strictObject({
  imageDigest,
  newFindings: count,
  newCritical: count,
  newHigh: count,
  /** Vulnerabilities among the new findings that are known to be exploited, sorted. */
  kevHits: z.array(z.string()),
  fixed: count,
  unchanged: count,
  cause: deltaCause,
  topFindings: z.array(topFinding).max(topFindingsMax),
  detectedAt: timestamp,
});

export type Delta = z.infer<typeof delta>;
export type TopFinding = z.infer<typeof topFinding>;
