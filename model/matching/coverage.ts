import { z } from "zod";
import { type NotMatchableReason, notMatchableReasonSchema } from "./component-package.ts";

/** How much of an SBOM matching could look at: `components` = `matchable` + the sum of `notMatchable`. */
export const coverageSchema = z.object({
  components: z.int().min(0),
  matchable: z.int().min(0),
  notMatchable: z.partialRecord(notMatchableReasonSchema, z.int().min(1)),
  /** Components by package URL type, of the types and distributions that are not covered. */
  notCovered: z.record(z.string().max(4_096), z.int().min(1)),
});

export type Coverage = z.infer<typeof coverageSchema>;

/** Counts components into a coverage. */
export function createCoverageCounter() {
  let matchable = 0;
  const reasons = new Map<NotMatchableReason, number>();
  const types = new Map<string, number>();
  return {
    countMatchable(): void {
      matchable++;
    },
    countNotMatchable(reason: NotMatchableReason, type: string | undefined): void {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      const isNotCovered = reason === "type_not_covered" || reason === "distribution_not_covered";
      if (isNotCovered && type !== undefined) types.set(type, (types.get(type) ?? 0) + 1);
    },
    coverage(): Coverage {
      const notMatchable = Object.fromEntries(sortedEntries(reasons)) as Coverage["notMatchable"];
      let notMatchableCount = 0;
      for (const count of reasons.values()) notMatchableCount += count;
      return {
        components: matchable + notMatchableCount,
        matchable,
        notMatchable,
        notCovered: Object.fromEntries(sortedEntries(types)),
      };
    },
  };
}

function sortedEntries<K extends string>(counts: ReadonlyMap<K, number>): [K, number][] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
