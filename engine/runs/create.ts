import type { Run } from "../../model/runs/run.ts";
import { insertRuns, type NewRun } from "../../store/runs/insert.ts";
import { getRun } from "../../store/runs/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import { afterCommit } from "../after-commit.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { type IdempotencyKey, type KeptAnswer, once } from "../once.ts";
import { checkWorksFor } from "../pools/find.ts";
import { nudgeTicker } from "../schedules/nudge.ts";
import { tickerShardOf } from "../schedules/shard.ts";
import type { RunCreation } from "./creation.ts";
import { toRunDocument } from "./documents.ts";
import { type ResolvedCreation, resolveCreation } from "./resolve-creation.ts";
import { startRunWorkflow } from "./start.ts";

/**
 * Creates a run in state planning and starts its workflow after the commit. Whoever dies in between, or finds
 * Temporal away, leaves a row that the ticker of its shard starts.
 * @throws DomainError `invalid`
 */
export async function createRun(
  ctx: Ctx,
  { creation, key }: { readonly creation: RunCreation; readonly key: IdempotencyKey | undefined },
): Promise<KeptAnswer<Run>> {
  const tenant = ctx.caller.identity.tenant;
  const runId = ctx.newId("run");
  if (creation.pool !== undefined) await checkWorksFor(ctx, creation.pool, tenant);
  const answer = await withTenant(ctx.app, tenant, (tx, now) =>
    once(ctx, tx, now, key, async () => {
      const resolved = await resolveCreation(tx, tenant, creation);
      await insertRuns(tx, now, [newRun(ctx, runId, resolved, creation)]);
      await recordAudit(ctx, tx, now, {
        action: "run.create",
        targetKind: "run",
        targetId: runId,
        details: { scheduleId: resolved.scheduleId, mode: resolved.mode, request: resolved.request },
      });
      return { status: 201, body: toRunDocument(await getRun(tx, tenant, runId), now) };
    }),
  );
  if (!answer.isReplay) await startNow(ctx, { tenant, runId });
  return answer;
}

function newRun(ctx: Ctx, runId: string, resolved: ResolvedCreation, { reason }: RunCreation): NewRun {
  const { tenant, actor } = ctx.caller.identity;
  const { scheduleName, ...rest } = resolved;
  const text = scheduleName === "" ? "" : `${scheduleName}, triggered by ${actor}`;
  return {
    ...rest,
    tenant,
    runId,
    trigger: "manual",
    reason: { ...reason, text: reason?.text || text },
    retryOf: null,
    correlationId: ctx.caller.requestId,
    createdBy: actor,
    shard: tickerShardOf(runId),
    trace: ctx.caller.trace,
  };
}

/** Starts the workflow of a run that was committed. The ticker that follows up is told as well: it may wait for ten seconds otherwise. */
export async function startNow(
  ctx: Ctx,
  run: { readonly tenant: string; readonly runId: string },
): Promise<void> {
  let isStarted = false;
  await afterCommit(
    ctx,
    "starting the workflow of a run",
    async () => {
      await startRunWorkflow(ctx, run);
      isStarted = true;
    },
    { tenant: run.tenant, run: run.runId },
  );
  if (!isStarted) await nudgeTicker(ctx, tickerShardOf(run.runId));
}
