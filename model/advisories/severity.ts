import { z } from "zod";

/**
 * The severity levels, worst first: this is the order in which findings are listed. `none` is a score
 * of zero, `unknown` is the absence of any rating; it is never guessed and sorts last.
 */
export const severityLevels = ["critical", "high", "medium", "low", "none", "unknown"] as const;

export const severityLevelSchema = z.enum(severityLevels);

export type SeverityLevel = z.infer<typeof severityLevelSchema>;

/** How bad a vulnerability is, as its record says. */
export const severitySchema = z.object({
  level: severityLevelSchema,
  /** The CVSS vector that gave the score. */
  cvssVector: z.string().max(512).optional(),
  /** CVSS score of that vector, 0 to 10. */
  score: z.number().min(0).max(10).optional(),
});

export type Severity = z.infer<typeof severitySchema>;

/** Worst first: negative when `a` is worse than `b`. */
export function compareSeverityLevels(a: SeverityLevel, b: SeverityLevel): number {
  return severityLevels.indexOf(a) - severityLevels.indexOf(b);
}

/** Whether `level` is `floor` or worse. `unknown` reaches only the floor `unknown`, which all reach. */
export function isAtLeast(level: SeverityLevel, floor: SeverityLevel): boolean {
  return compareSeverityLevels(level, floor) <= 0;
}

/** Worst first, then the higher score, so that merged records agree on one severity. */
export function compareSeverities(a: Severity, b: Severity): number {
  return compareSeverityLevels(a.level, b.level) || (b.score ?? -1) - (a.score ?? -1);
}
