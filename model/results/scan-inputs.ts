import { z } from "zod";
import { advisoryFactsSchema } from "../advisories/facts.ts";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** What a scan job covers: the images of its segment, as pinned when the run was planned. */
export const scanInputs = z.object({
  mode: z.enum(["analysis-only", "content-refresh"]),
  /** Advisories count as of this sequence. */
  feedSequence: z.int().min(0),
  images: z
    .array(
      z.object({
        ordinal: z.int().min(0),
        digest,
        /** Digest of the SBOM, absent when the image has none. */
        sbom: digest.optional(),
      }),
    )
    .max(200),
});
export type ScanInputs = Readonly<z.infer<typeof scanInputs>>;

/** The components of SBOMs that can be named by a purl, in the order of their purls. */
export const scanSboms = z.object({
  sboms: z.array(z.object({ digest, purls: z.array(z.string().max(4_096)) })),
});

/** For each package key that some advisory names: the advisories, by digest, with their feed sequences. */
export const advisoryIndexAnswer = z.object({
  keys: z.record(z.string(), z.array(z.object({ digest, seq: z.int().min(1) }))),
});

/** Advisory records by the digest of their canonical bytes. */
export const advisoryDocuments = z.object({
  advisories: z.array(z.object({ digest, facts: advisoryFactsSchema })),
});
