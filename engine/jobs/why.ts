import { z } from "zod";
import type { JobState } from "../../model/jobs/states.ts";
import { explainWait, waitCodes } from "../../model/queue/explain-wait.ts";
import type { JobSituation } from "../../platform/valkey/job-queue.ts";
import { readJobWithRun } from "../../store/jobs/read.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { jobId } from "./documents.ts";

const count = z.int();

/** Why a job is not done, and where it stands. */
export const jobWhy = z.object({
  jobId,
  reasons: z
    .array(z.object({ code: z.enum(waitCodes), text: z.string() }))
    .meta({ description: "What holds it up now; the one to look at first in front." }),
  place: z
    .object({
      jobsBefore: count.meta({ description: "Jobs of its tenant, class, kind and key that go before it." }),
      tenantsBefore: count
        .optional()
        .meta({ description: "Tenants that are served before its tenant; absent while it has no turn." }),
      readyOfKind: count.meta({ description: "Ready jobs of its class and kind, of all tenants." }),
      workersOfKind: count.meta({ description: "Workers alive that take its kind." }),
    })
    .optional()
    .meta({ description: "Where a ready job stands; absent in any other state." }),
});

/** Asks the books and the queue why a job is not done. @throws DomainError `not_found`, `unavailable` */
export async function whyJob(ctx: Ctx, id: string): Promise<z.infer<typeof jobWhy>> {
  const tenant = ctx.caller.identity.tenant;
  const { job, now } = await withTenant(ctx.app, tenant, async (tx, now) => ({
    job: await readJobWithRun(tx, tenant, id),
    now,
  }));
  const situation = job.state === "queued" ? await ctx.queues.of(job.pool).why(id) : undefined;
  const booked = {
    state: job.state as JobState,
    attempt: job.attempt,
    reason: job.outcome_reason,
    notBeforeMs: job.not_before?.getTime() ?? null,
    ratePerSecond: job.rate_per_second,
    redrivenBy: job.parked?.redriven_by ?? null,
    isRunCancelled: job.cancel_requested_at !== null,
  };
  const reasons = [...explainWait(booked, situation, now.getTime())];
  return { jobId: id, reasons, ...(situation?.state === "ready" && { place: placeOf(situation) }) };
}

function placeOf({ jobsBefore, tenantsBefore, readyOfKind, workersOfKind }: JobSituation) {
  return { jobsBefore, ...(tenantsBefore !== null && { tenantsBefore }), readyOfKind, workersOfKind };
}
