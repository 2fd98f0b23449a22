import { z } from "zod";
import { invalidField } from "../../../model/errors.ts";
import { parkedFilter } from "../../../model/jobs/parked-filter.ts";
import { jobClass } from "../../../model/queue/job-message.ts";
import { sortedSet } from "../../../model/sorted-set.ts";
import { plainText } from "../../../model/text.ts";
import type { ParkedChoice } from "../../../store/jobs/parked/choice.ts";
import { filterNotParked } from "../../../store/jobs/parked/list.ts";
import type { TenantTx } from "../../../store/tenant.ts";
import { jobId } from "../documents.ts";

/** How a retry is sent, whatever it covers. */
export const retryOptions = {
  ratePerSecond: z
    .int()
    .min(1)
    .max(1_000)
    .default(20)
    .meta({ description: "The most jobs that are given to workers in a second, by the queue's clock." }),
  reason: plainText(256)
    .min(1)
    .optional()
    .meta({ description: "Why, for the run and the audit, in the place of the header." }),
};

/** Which parked jobs are driven again, and how: exactly one of `filter` and `jobIds`. */
export const redriveRequest = z
  .strictObject({
    filter: parkedFilter.optional().meta({ description: "`{}` is every parked job." }),
    jobIds: sortedSet(jobId, 1_000).min(1).optional(),
    limit: z.int().min(1).max(50_000).default(10_000).meta({
      description: "The most jobs of this batch; the oldest come first, the rest waits for another call.",
    }),
    class: jobClass.default("backfill"),
    ...retryOptions,
  })
  .superRefine(({ filter, jobIds }, context) => {
    if ((filter === undefined) !== (jobIds === undefined)) return;
    const path = [filter === undefined ? "filter" : "jobIds"];
    context.addIssue({ code: "custom", path, message: "give exactly one of filter and jobIds" });
  });

export type RedriveRequest = z.infer<typeof redriveRequest>;

/** What a request means. @throws DomainError `invalid` that names ids that are no parked jobs. */
export async function choiceOf(
  tx: TenantTx,
  tenant: string,
  { filter = {}, jobIds }: RedriveRequest,
): Promise<ParkedChoice> {
  if (jobIds === undefined) return { filter };
  const [unknown] = await filterNotParked(tx, tenant, jobIds);
  if (unknown === undefined) return { jobIds };
  throw invalidField(`jobIds[${jobIds.indexOf(unknown)}]`, "is no parked job");
}
