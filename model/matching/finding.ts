import { z } from "zod";
import { severityLevelSchema } from "../advisories/severity.ts";

/** One vulnerability in one component: the shape in results on the wire and in storage. */
export const findingSchema = z.object({
  /** The component, as its SBOM writes it. */
  purl: z.string().max(4_096),
  /** The one name of the vulnerability: a CVE id where its records have one, else their smallest id. */
  vulnerability: z.string().max(256),
  /** The ids of all records that say so, sorted. */
  advisories: z.array(z.string().max(256)).min(1).max(1_000),
  /** The worst that one of the records says. */
  severity: severityLevelSchema,
  /** CVSS score, 0 to 10. */
  score: z.number().min(0).max(10).optional(),
  /** The CVSS vector behind the score. */
  cvss: z.string().max(512).optional(),
  /** The smallest version above the component's that none of the records affects, if one is named. */
  fixedVersion: z.string().max(1_024).optional(),
  /** The largest feed sequence among the records. */
  advisorySeq: z.int().min(0),
});

export type Finding = z.infer<typeof findingSchema>;
