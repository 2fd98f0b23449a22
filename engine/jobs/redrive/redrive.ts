import { invalidField } from "../../../model/errors.ts";
import { retrySegmentSize } from "../../../model/runs/segment-size.ts";
import { type TakenJobs, takeParked } from "../../../store/jobs/parked/redrive.ts";
import { countParked } from "../../../store/jobs/parked/summary.ts";
import { insertRuns } from "../../../store/runs/insert.ts";
import { getRun } from "../../../store/runs/rows.ts";
import { withTenant } from "../../../store/tenant.ts";
import { recordAudit } from "../../audit/record.ts";
import type { Ctx } from "../../context.ts";
import { type IdempotencyKey, type KeptAnswer, once } from "../../once.ts";
import { demandReason } from "../../queue/settings/may-operate.ts";
import { startNow } from "../../runs/create.ts";
import { toRunDocument } from "../../runs/documents.ts";
import { type RetryAnswer, retryRun } from "../../runs/retry-answer.ts";
import { choiceOf, type RedriveRequest } from "./request.ts";

/**
 * Drives parked jobs again: one run, of its own, over their images. Each parked job is marked with the run in
 * the transaction that makes it, so no two runs take up the same one. Audited with the operator's reason.
 * @throws DomainError `invalid` without a reason, for ids that are not parked, for jobs of several kinds, modes or pools.
 */
export async function redriveJobs(
  ctx: Ctx,
  { request, key }: { readonly request: RedriveRequest; readonly key: IdempotencyKey | undefined },
): Promise<KeptAnswer<RetryAnswer>> {
  demandReason(ctx);
  const tenant = ctx.caller.identity.tenant;
  const runId = ctx.newId("run");
  const answer = await withTenant(ctx.app, tenant, (tx, now) =>
    once(ctx, tx, now, key, async () => {
      const choice = await choiceOf(tx, tenant, request);
      const taken = await takeParked(tx, now, { tenant, choice, runId, limit: request.limit });
      const { waiting, taken: marked } = await countParked(tx, tenant, choice);
      const body = {
        jobs: taken.jobs,
        images: taken.images,
        skipped: marked - taken.jobs,
        remaining: waiting,
      };
      if (taken.jobs === 0) return { status: 200, body };
      const mode = theOne("mode", taken.modes);
      theOne("kind", taken.kinds);
      const pool = theOne("pool", taken.pools);
      const shared = theOneKey(taken.concurrency_keys);
      const { class: jobClass, ratePerSecond, reason: _, ...asked } = request;
      const retryOf = taken.runs === 1 ? taken.first_run : null;
      const retry = { segmentImages: retrySegmentSize(taken.largest) };
      const again = { force: true, retry, ...shared };
      const more = { mode, class: jobClass, pool, retryOf, ratePerSecond, request: again };
      await insertRuns(tx, now, [retryRun(ctx, runId, more)]);
      await recordAudit(ctx, tx, now, {
        action: "jobs.redrive",
        targetKind: "run",
        targetId: runId,
        details: { ...asked, ratePerSecond, jobs: taken.jobs, images: taken.images, runs: taken.runs },
      });
      return { status: 201, body: { ...body, run: toRunDocument(await getRun(tx, tenant, runId), now) } };
    }),
  );
  if (!answer.isReplay && answer.status === 201) await startNow(ctx, { tenant, runId });
  return answer;
}

/** The jobs of a run have one concurrency key, or none has one. */
function theOneKey(keys: TakenJobs["concurrency_keys"]): { concurrencyKey?: string } {
  if (keys.length > 1) {
    const given = keys.map((key) => key ?? "none").join(", ");
    throw invalidField(
      "filter.runId",
      `the jobs have several concurrency keys (${given}); drive the jobs of one run again at a time`,
    );
  }
  const [key] = keys;
  return typeof key === "string" ? { concurrencyKey: key } : {};
}

/** A run has one mode and one pool, and so have its jobs one kind. */
function theOne(name: "kind" | "mode" | "pool", values: TakenJobs["kinds"]): string {
  const [value, another] = values;
  if (value === undefined || another !== undefined) {
    const given = values.join(", ");
    throw invalidField(
      `filter.${name}`,
      `the jobs are of several ${name}s (${given}); drive one again at a time`,
    );
  }
  return value;
}
