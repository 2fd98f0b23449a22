import { isTerminal, type RunState } from "../../model/runs/states.ts";
import { cancelJobs, cancelQueuedJobs, listQueuedAttempts } from "../../store/jobs/cancel.ts";
import { requestCancel } from "../../store/runs/request-cancel.ts";
import { type RunRow, getRun, lockRun } from "../../store/runs/rows.ts";
import { type TenantTx, withTenant } from "../../store/tenant.ts";
import { runSignals, workflowIds } from "../../workflows/contract.ts";
import type { Engine } from "../context.ts";
import type { RunKey } from "./close.ts";

const page = 1_000;

/**
 * Cancels a run, in an order that may break off and be repeated anywhere: (1) the row says so, from then on
 * nothing is dispatched or rebuilt; (2) the queue refuses claims of the run, removes what waits and flags
 * what is leased; (3) jobs that the queue holds no longer are closed. Leased jobs end by their next beat.
 * A run that has ended is answered as it is.
 */
export async function cancelRun(
  engine: Engine,
  key: RunKey,
  by: string,
  /** Called where the request is noted for the first time, in that transaction: for the audit. */
  onFirst?: (tx: TenantTx, now: Date) => Promise<void>,
): Promise<RunRow> {
  const { run: requested, isOpen } = await withTenant(engine.app, key.tenant, async (tx, now) => {
    const run = await lockRun(tx, key.tenant, key.runId);
    if (isTerminal(run.state as RunState)) return { run, isOpen: false };
    await requestCancel(tx, now, key, by);
    await cancelJobs(tx, now, key, { states: ["planned"], reason: "run_cancelled" });
    if (run.cancel_requested_at === null) await onFirst?.(tx, now);
    return { run, isOpen: true };
  });
  if (!isOpen) return requested;

  await engine.queues.of(requested.pool).cancelRun(key.runId);
  await closeWithdrawn(engine, { ...key, pool: requested.pool });

  const run = await withTenant(engine.app, key.tenant, (tx) => getRun(tx, key.tenant, key.runId));
  const signal = run.jobs_open === 0 ? runSignals.drained : runSignals.cancelRequested;
  await engine.workflows.signal(workflowIds.run(key.tenant, key.runId), signal);
  return run;
}

/** Closes the queued jobs that the queue does not hold: no result will come for them. */
export async function closeWithdrawn(engine: Engine, key: RunKey & { readonly pool: string }): Promise<void> {
  for (let afterJobId = ""; ;) {
    const cursor = afterJobId;
    const queued = await withTenant(engine.app, key.tenant, (tx) =>
      listQueuedAttempts(tx, key, cursor, page),
    );
    const last = queued.at(-1);
    if (last === undefined) return;
    const known = await engine.queues.of(key.pool).known(queued);
    const gone = queued.filter((_, place) => !["leased", "settled"].includes(known[place] ?? "absent"));
    await withTenant(engine.app, key.tenant, async (tx, now) => {
      // Runs before jobs, as ingest locks them: the other way round they would wait for each other.
      await lockRun(tx, key.tenant, key.runId);
      await cancelQueuedJobs(tx, now, key, gone);
    });
    afterJobId = last.job;
  }
}
