import { z } from "zod";
import { coverageSchema } from "../matching/coverage.ts";
import { findingSchema } from "../matching/finding.ts";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** What one SBOM gave. Images that share an SBOM share its findings. */
export const sbomResult = z.strictObject({
  digest,
  coverage: coverageSchema,
  findings: z.array(findingSchema).max(100_000),
});
export type SbomResult = Readonly<z.infer<typeof sbomResult>>;

/**
 * What became of one image of the segment, by its ordinal in the impact snapshot: matched (`sbom` is an
 * index into `sboms`), or not, with a reason code such as `no_sbom` or `not_available`.
 */
export const imageOutcome = z.union([
  z.strictObject({ ordinal: z.int().min(0), sbom: z.int().min(0) }),
  z.strictObject({
    ordinal: z.int().min(0),
    status: z.enum(["incomplete", "failed"]),
    reason: z.string().regex(/^[a-z0-9_]{1,64}$/),
  }),
]);
export type ImageOutcome = Readonly<z.infer<typeof imageOutcome>>;

/**
 * The result of a scan job. The same inputs give the same bytes: no clock, no worker name. It may cover a
 * part of the segment only; the rest is then tried again.
 */
export const scanResult = z.strictObject({
  schemaVersion: z.literal("scheduler.scan-result@1"),
  feedSequence: z.int().min(0),
  matcherVersion: z.int().min(1),
  sboms: z.array(sbomResult).max(200),
  images: z.array(imageOutcome).max(200),
});
export type ScanResult = Readonly<z.infer<typeof scanResult>>;
