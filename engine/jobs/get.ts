import { z } from "zod";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import { type JobRecord, readJob } from "../../store/jobs/read.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { artifactDocument, toArtifactDocument } from "./artifact-document.ts";
import { jobDocument, toJobDocument } from "./documents.ts";
import { heldJobs } from "./held-jobs.ts";
import { parking, toParking } from "./parked-documents.ts";

const attempt = z.int();

/** A job with its whole record: every ended attempt, late results, artifacts; 100 of each at most. */
export const jobRecordDocument = jobDocument.extend({
  parked: parking.optional().meta({ description: "Why it was given up, if it is parked." }),
  attempts: z.array(
    z.object({
      attempt,
      outcome: z.string(),
      errorClass: z.string().optional(),
      errorCode: z.string().optional().meta({ description: "The exception's type or code." }),
      message: z.string().optional(),
      worker: z.string().optional(),
      leasedMs: z.int().optional().meta({ description: "Claim to end by the queue's clock." }),
      settledAt: timestamp,
    }),
  ),
  lateResults: z
    .array(
      z.object({
        attempt,
        outcome: z.string(),
        worker: z.string().optional(),
        agreement: z.string().meta({
          description:
            "`confirms` the accepted result, `differs` from it, or is `undecided` while there is none.",
        }),
        receivedAt: timestamp,
      }),
    )
    .meta({ description: "Results that came too late or twice. They changed nothing." }),
  artifacts: z.array(artifactDocument),
});

export type JobRecordDocument = z.infer<typeof jobRecordDocument>;

/** One job with its record. @throws DomainError `not_found` */
export async function getJob(ctx: Ctx, id: string): Promise<JobRecordDocument> {
  const tenant = ctx.caller.identity.tenant;
  const record = await withTenant(ctx.app, tenant, (tx) => readJob(tx, tenant, id));
  const held = await heldJobs(ctx, [record.job]);
  return { ...toJobDocument(record.job, held.get(id)), ...listsOf(record) };
}

function listsOf(
  record: JobRecord,
): Pick<JobRecordDocument, "parked" | "attempts" | "lateResults" | "artifacts"> {
  return {
    ...(record.parked !== undefined && { parked: toParking(record.parked) }),
    attempts: record.attempts.map((row) => ({
      attempt: row.attempt,
      outcome: row.outcome,
      ...(row.error_class !== null && { errorClass: row.error_class }),
      ...(row.error_code !== null && { errorCode: row.error_code }),
      ...(row.message !== null && { message: row.message }),
      ...(row.worker !== null && { worker: row.worker }),
      ...(row.leased_ms !== null && { leasedMs: row.leased_ms }),
      settledAt: toTimestamp(row.settled_at.getTime()),
    })),
    lateResults: record.lateResults.map((row) => ({
      attempt: row.attempt,
      outcome: row.outcome,
      ...(row.worker !== null && { worker: row.worker }),
      agreement: row.agreement,
      receivedAt: toTimestamp(row.received_at.getTime()),
    })),
    artifacts: record.artifacts.map(toArtifactDocument),
  };
}
