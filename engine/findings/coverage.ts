import { notFound } from "../../model/errors.ts";
import type { FindingsCoverage, ImageFindingsCoverage } from "../../model/findings/finding-view.ts";
import { toTimestamp } from "../../model/time/timestamp.ts";
import { findImageResult, sumCoverage } from "../../store/findings/coverage.ts";
import type { TenantTx } from "../../store/tenant.ts";
import type { FindingsFilter } from "./question.ts";

/** Sums what the current results of the images in question could look at. */
export async function coverageOf(
  tx: TenantTx,
  now: Date,
  tenant: string,
  { image, repository, namespace }: FindingsFilter,
): Promise<FindingsCoverage> {
  const sums = await sumCoverage(tx, { tenant, digest: image, repository, namespace });
  return {
    images: sums.images,
    imagesWithResult: sums.with_result,
    components: sums.components,
    matchable: sums.matchable,
    notCovered: sums.not_covered,
    countedAt: toTimestamp(now.getTime()),
  };
}

/** What the current result of one image could look at. @throws DomainError `not_found` */
export async function coverageOfImage(
  tx: TenantTx,
  now: Date,
  tenant: string,
  digest: string,
): Promise<ImageFindingsCoverage> {
  const image = await findImageResult(tx, tenant, digest);
  if (image === undefined) throw notFound("image", digest);
  const { result } = image;
  return {
    images: 1,
    imagesWithResult: result === undefined ? 0 : 1,
    components: result?.components ?? 0,
    matchable: result?.matchable ?? 0,
    notCovered: result?.not_covered ?? 0,
    countedAt: toTimestamp(now.getTime()),
    ...(result !== undefined && {
      result: {
        runId: result.run_id,
        finishedAt: toTimestamp(result.finished_at.getTime()),
        feedSequence: result.feed_seq,
        matcherVersion: result.matcher_version,
        isOfCurrentSbom: result.is_of_current_sbom,
      },
    }),
  };
}
