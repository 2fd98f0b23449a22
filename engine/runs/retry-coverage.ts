import { matcherVersion } from "../../model/matching/matcher-version.ts";
import type { Coverage } from "../../store/runs/impact-snapshot.ts";
import type { RetriedImages } from "../../store/runs/retried-images.ts";

/** A retry covers its images however fresh their results are: somebody wants to see them run. */
export function coverageOfRetry(retried: RetriedImages): Coverage {
  return {
    retried,
    selection: undefined,
    touched: { componentIds: [], seqs: [] },
    isForced: true,
    reportedBefore: null,
    matcherVersion,
  };
}
