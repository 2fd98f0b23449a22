import { z } from "zod";
import { severityLevelSchema } from "../advisories/severity.ts";
import { imageDigest } from "../images/image.ts";

/** A finding as readers see it: one vulnerability in one component of one image, with its history. */
export const findingView = z.object({
  imageDigest,
  repository: z.string().optional().meta({
    description: "Absent when the image has been deleted since.",
    example: "registry.example.com/team/app",
  }),
  purl: z
    .string()
    .meta({ description: "The component, as its SBOM writes it.", example: "pkg:npm/lodash@4.17.20" }),
  vulnerability: z.string().meta({
    description: "The one name of the vulnerability: a CVE id where it has one.",
    example: "CVE-2021-23337",
  }),
  advisories: z
    .array(z.string())
    .meta({ description: "The records that say so, sorted.", example: ["GHSA-35jh-r3h4-6jhm"] }),
  severity: severityLevelSchema.meta({ description: "The worst that a record says; never guessed." }),
  score: z.number().optional().meta({ description: "CVSS score, 0 to 10.", example: 7.2 }),
  cvss: z.string().optional().meta({ description: "The CVSS vector behind the score." }),
  fixedVersion: z.string().optional().meta({
    description: "The smallest later version that no record affects.",
    example: "4.17.21",
  }),
  firstSeenAt: z.string().meta({
    description: "Since when the finding is there without a gap, whatever changed in its content.",
    example: "2026-05-01T08:30:00.000Z",
  }),
  firstRun: z.string().meta({ description: "The run that found it then." }),
  cause: z
    .string()
    .meta({ description: "Why it appeared: advisory, sbom, matcher or coverage.", example: "advisory" }),
  closedAt: z
    .string()
    .optional()
    .meta({ description: "With `asOf`: when this state of the finding ended, if it has." }),
  closedRun: z.string().optional().meta({ description: "With `asOf`: the run that ended it." }),
  closedCause: z.string().optional().meta({
    description: "With `asOf`: why it ended; `image_deleted` when the image was deleted.",
  }),
});

export type FindingView = z.infer<typeof findingView>;

/** What an answer about findings rests on: no finding means little where nothing could be looked at. */
export const findingsCoverage = z.object({
  images: z.int().min(0).meta({ description: "Images in question, by image, repository and namespace." }),
  imagesWithResult: z.int().min(0).meta({ description: "Those of them that were matched at least once." }),
  components: z.int().min(0).meta({ description: "Components of the SBOMs that were matched." }),
  matchable: z.int().min(0).meta({ description: "Components that advisories can speak of." }),
  notCovered: z
    .int()
    .min(0)
    .meta({ description: "Components of a kind that no advisory of ours speaks of." }),
  countedAt: z.string().meta({
    description:
      "When this was counted. It speaks of the current results, also where `asOf` asks for findings of the past.",
  }),
});

export type FindingsCoverage = z.infer<typeof findingsCoverage>;

/** The coverage of one image, with the result that it comes from. */
export const imageFindingsCoverage = findingsCoverage.extend({
  result: z
    .object({
      runId: z.string(),
      finishedAt: z.string(),
      feedSequence: z.int().meta({ description: "Advisories were matched as of this feed sequence." }),
      matcherVersion: z.int(),
      isOfCurrentSbom: z
        .boolean()
        .meta({ description: "False when the SBOM was replaced after the result." }),
    })
    .optional()
    .meta({ description: "The current result; absent when the image was never matched." }),
});

export type ImageFindingsCoverage = z.infer<typeof imageFindingsCoverage>;
