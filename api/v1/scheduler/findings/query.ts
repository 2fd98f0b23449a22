import { z } from "@hono/zod-openapi";
import { severityLevelSchema } from "../../../../model/advisories/severity.ts";
import { plainText } from "../../../../model/text.ts";
import { queryList } from "../../../../platform/http/query.ts";

/** The query parameters that both lists of findings take. */
export const findingsQuery = {
  purl: plainText(4_096)
    .min(1)
    .optional()
    .openapi({
      description:
        "A package URL: without a version every version of the package, with one that version, with a " +
        "`vers:` range the versions in it, by the order of the ecosystem.",
      example: "pkg:npm/lodash",
    }),
  vulnerability: plainText(256).min(1).optional().openapi({
    description: "The name of a vulnerability, or the id or an alias of a record of it.",
    example: "CVE-2021-23337",
  }),
  severity: queryList(severityLevelSchema, 6)
    .optional()
    .openapi({
      description: "One of the levels; may be given several times.",
      example: ["critical", "high"],
    }),
  asOf: z.string().max(40).optional().openapi({
    description:
      "Findings as they stood at an instant of the past (RFC 3339) or at the end of a day (UTC); those of now when absent.",
    example: "2026-05-01",
  }),
  format: z.enum(["json", "csv", "sarif"]).optional().openapi({
    description: "The form of the answer; goes before `Accept`. JSON when neither asks for another.",
  }),
};
