import { z } from "zod";
import { DomainError } from "../../model/errors.ts";
import { jobClass } from "../../model/queue/job-message.ts";
import { retriedStatuses, storedRequest } from "../../model/runs/run-request.ts";
import { retrySegmentSize } from "../../model/runs/segment-size.ts";
import { isTerminal, type RunState } from "../../model/runs/states.ts";
import { sortedSet } from "../../model/sorted-set.ts";
import { takeParked } from "../../store/jobs/parked/redrive.ts";
import { takenBefore } from "../../store/jobs/parked/summary.ts";
import { insertRuns } from "../../store/runs/insert.ts";
import { findOpenRetry } from "../../store/runs/open-retry.ts";
import { getRun, lockRun, type RunRow } from "../../store/runs/rows.ts";
import { type TenantTx, withTenant } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { retryOptions } from "../jobs/redrive/request.ts";
import { type IdempotencyKey, type KeptAnswer, once } from "../once.ts";
import { demandReason } from "../queue/settings/may-operate.ts";
import { startNow } from "./create.ts";
import { toRunDocument } from "./documents.ts";
import { type RetryAnswer, retryRun as newRetry } from "./retry-answer.ts";

/** Which images of an ended run are run again, and how. */
export const runRetry = z.strictObject({
  statuses: sortedSet(z.enum(retriedStatuses), 10)
    .min(1)
    .default(["failed", "incomplete"])
    .meta({ description: "Images that ended so. Those of parked jobs are among the failed." }),
  class: jobClass.optional().meta({ description: "That of the run when absent." }),
  ...retryOptions,
});

export interface RetryInput {
  readonly id: string;
  readonly request: z.infer<typeof runRetry>;
  readonly key: IdempotencyKey | undefined;
}

/**
 * Runs the images of an ended run again that did not succeed, as a run of its own: its parked jobs as a
 * redrive takes them up, its other images by their outcome. Audited with the operator's reason.
 * @throws DomainError `not_found`; `invalid` without a reason; `conflict` while the run or a retry of it is open.
 */
export async function retryRun(ctx: Ctx, { id, request, key }: RetryInput): Promise<KeptAnswer<RetryAnswer>> {
  const tenant = ctx.caller.identity.tenant;
  await withTenant(ctx.app, tenant, (tx) => getRun(tx, tenant, id));
  demandReason(ctx);
  const runId = ctx.newId("run");
  const answer = await withTenant(ctx.app, tenant, (tx, now) =>
    once(ctx, tx, now, key, async () => {
      const of = await lockRetryable(tx, tenant, id);
      const choice = { filter: { runId: id } };
      const isFailed = request.statuses.includes("failed");
      const taken = isFailed ? await takeParked(tx, now, { tenant, choice, runId }) : nothing;
      const others = await takenBefore(tx, tenant, { runId: id, by: runId });
      const { statuses } = request;
      const ended = statuses.reduce((sum, status) => sum + of[`images_${status}`], 0);
      const images = ended - (isFailed ? others.images : 0);
      const body = { jobs: taken.jobs, images, skipped: isFailed ? others.jobs : 0, remaining: 0 };
      if (images === 0) return { status: 200, body };
      const segment = taken.jobs === 0 ? {} : { segmentImages: retrySegmentSize(taken.largest) };
      const retry = { outcomes: { runId: id, statuses }, ...segment };
      const { ratePerSecond, class: asked = of.class as z.infer<typeof jobClass> } = request;
      const more = {
        mode: of.mode,
        class: asked,
        pool: of.pool,
        retryOf: id,
        ratePerSecond,
        request: { force: true, retry, ...keyOf(of) },
      };
      await insertRuns(tx, now, [newRetry(ctx, runId, more)]);
      await recordAudit(ctx, tx, now, {
        action: "run.retry",
        targetKind: "run",
        targetId: id,
        details: { runId, statuses, ratePerSecond, jobs: taken.jobs, images },
      });
      return { status: 201, body: { ...body, run: toRunDocument(await getRun(tx, tenant, runId), now) } };
    }),
  );
  if (!answer.isReplay && answer.status === 201) await startNow(ctx, { tenant, runId });
  return answer;
}

const nothing = { jobs: 0, largest: 0 };

/** What the jobs of a run share with others their second tries share, too. */
function keyOf(run: RunRow): { concurrencyKey?: string } {
  const { concurrencyKey } = storedRequest.parse(run.request);
  return concurrencyKey === undefined ? {} : { concurrencyKey };
}

/** The lock makes two retries of one run wait for each other. */
async function lockRetryable(tx: TenantTx, tenant: string, id: string): Promise<RunRow> {
  const run = await lockRun(tx, tenant, id);
  if (!isTerminal(run.state as RunState)) {
    throw new DomainError("conflict", "The run has not ended yet: what did not succeed is not known.");
  }
  const open = await findOpenRetry(tx, tenant, id);
  if (open !== undefined) {
    throw new DomainError("conflict", `Images of the run are being run again by ${open}.`);
  }
  return run;
}
