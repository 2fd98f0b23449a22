import { toTimestamp } from "../../model/time/timestamp.ts";
import { withEngine } from "../../store/tenant.ts";
import { listDiffering } from "../../store/workers/late.ts";
import type { OpenJob } from "../../platform/valkey/job-queue.ts";
import type { Ctx } from "../context.ts";
import type { WorkerRecord } from "./documents.ts";
import { findVisibleWorker } from "./find.ts";
import { openWorkersView } from "./view.ts";

const differingShown = 10;

/**
 * One worker with the jobs in its hands, as far as they are the caller's to see.
 * @throws DomainError `not_found`, `unavailable`
 */
export async function getWorker(ctx: Ctx, workerId: string): Promise<WorkerRecord> {
  const known = await findVisibleWorker(ctx, workerId);
  const view = await openWorkersView(ctx);
  const hands = await ctx.queues.of(known.pool).handsOf(workerId);
  const { shown, differing } = await withEngine(ctx.engine, async (tx, now) => ({
    shown: await view.show(tx, now, [known]),
    differing: await listDiffering(tx, workerId, view.tenant, differingShown),
  }));
  return {
    ...shown[0]!,
    jobs: hands
      .filter(({ tenant }) => view.tenant === null || tenant === view.tenant)
      .toSorted((a, b) => b.inStateMs - a.inStateMs || (a.job < b.job ? -1 : 1))
      .map(toJobInHand),
    differing: differing.map((row) => ({
      tenantId: row.tenant_id,
      jobId: row.job_id,
      attempt: row.attempt,
      outcome: row.outcome,
      receivedAt: toTimestamp(row.received_at.getTime()),
    })),
  };
}

function toJobInHand(held: OpenJob): WorkerRecord["jobs"][number] {
  const { job, tenant, run, kind, attempt, inStateMs, progress } = held;
  return {
    jobId: job,
    tenantId: tenant,
    runId: run,
    kind,
    class: held.class,
    attempt,
    inHandMs: inStateMs,
    ...(progress !== null && { progress }),
  };
}
