import { DomainError } from "../../model/errors.ts";
import type { JobClass } from "../../model/queue/job-message.ts";
import { readJobWithRun } from "../../store/jobs/read.ts";
import { setJobClass } from "../../store/jobs/set-class.ts";
import { withTenant } from "../../store/tenant.ts";
import { afterCommit } from "../after-commit.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { getJob, type JobRecordDocument } from "./get.ts";

export interface BumpJob {
  readonly id: string;
  readonly class: JobClass;
}

/**
 * Moves an open job to another class: at once where it waits, with its next attempt where a worker has it.
 * Again: no change. Where the queue could not be told, the next reconciliation sets it right.
 * @throws DomainError `not_found`; `conflict` when the job has ended.
 */
export async function bumpJob(ctx: Ctx, { id, class: class_ }: BumpJob): Promise<JobRecordDocument> {
  const tenant = ctx.caller.identity.tenant;
  const pool = await withTenant(ctx.app, tenant, async (tx, now) => {
    const { class: before, pool } = await readJobWithRun(tx, tenant, id);
    if (!(await setJobClass(tx, tenant, id, class_))) {
      throw new DomainError("conflict", "The job has ended: nothing of it waits.");
    }
    if (before === class_) return pool;
    const details = { from: before, to: class_ };
    await recordAudit(ctx, tx, now, { action: "job.bump", targetKind: "job", targetId: id, details });
    return pool;
  });
  await afterCommit(
    ctx,
    "telling the queue the class of a job",
    () => ctx.queues.of(pool).bump(class_, [id]),
    {
      job: id,
    },
  );
  return getJob(ctx, id);
}
