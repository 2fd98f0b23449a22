import { filterGhosts, listQueuedBefore, listRunsToDispatch } from "../../store/jobs/reconcile.ts";
import { listDrained, listUnplanned } from "../../store/runs/drained.ts";
import { withEngine } from "../../store/tenant.ts";
import { runSignals, workflowIds } from "../../workflows/contract.ts";
import type { Engine } from "../context.ts";
import { closeWithdrawn } from "../runs/cancel.ts";
import { closeRun, failRun, type RunKey } from "../runs/close.ts";
import { dispatchRun, toMessage } from "../runs/dispatch.ts";
import { applyQueueSettings } from "./settings/apply.ts";

/** A job that was queued this long ago should be known to the queue. */
const graceMs = 10_000;
const page = 1_000;
/** A run that takes longer to be planned is asked after. */
const planningMs = 10 * 60_000;

/** What a reconciliation mended; all zero is the normal case. */
export interface Reconciled {
  /** Jobs open in PostgreSQL that the queue had lost. */
  readonly resent: number;
  /** Jobs on the queue that PostgreSQL does not hold open. */
  readonly dropped: number;
  /** Runs that were waiting for a signal that had got lost. */
  readonly signalled: number;
}

/**
 * Compares PostgreSQL with the queue and mends what a crash left between them. Safe at any time and in any
 * number: each repair is idempotent by (job, attempt).
 */
export async function reconcile(engine: Engine): Promise<Reconciled> {
  await applyQueueSettings(engine);
  for (const run of await withEngine(engine.engine, (tx, now) => listRunsToDispatch(tx, now, page))) {
    await dispatchRun(engine, run);
  }
  const resent = await resendMissing(engine);
  const dropped = await dropGhosts(engine);
  const signalled = await signalDrained(engine);
  await failAbandoned(engine);
  return { resent, dropped, signalled };
}

/** Tells runs that nothing of them is open; closes those whose workflow was terminated, as it would have. */
async function signalDrained(engine: Engine): Promise<number> {
  const drained = await withEngine(engine.engine, (tx) => listDrained(tx, page));
  for (const run of drained) if (!(await isHeard(engine, run))) await closeRun(engine, run);
  return drained.length;
}

/** Ends runs whose workflow was terminated before it had planned them: nobody else ever would. */
async function failAbandoned(engine: Engine): Promise<void> {
  const unplanned = await withEngine(engine.engine, (tx, now) =>
    listUnplanned(tx, new Date(now.getTime() - planningMs), page),
  );
  for (const run of unplanned) if (!(await isHeard(engine, run))) await failRun(engine, run, abandoned);
}

/** Whether the workflow of a run is there to be told to look. */
async function isHeard(engine: Engine, { tenant, runId }: RunKey): Promise<boolean> {
  return engine.workflows.signal(workflowIds.run(tenant, runId), runSignals.drained);
}

const abandoned = {
  code: "ERR_RUN_ENGINE",
  message: "The workflow of the run ended before it had planned it.",
};

async function resendMissing(engine: Engine): Promise<number> {
  const cancelled = new Map<string, { tenant: string; runId: string }>();
  let resent = 0;
  for (let afterJobId = ""; ;) {
    const cursor = afterJobId;
    const queued = await withEngine(engine.engine, (tx, now) =>
      listQueuedBefore(tx, now, new Date(now.getTime() - graceMs), cursor, page),
    );
    const last = queued.at(-1);
    if (last === undefined) break;
    const known = await engine.queue.known(queued.map(({ job_id: job, attempt }) => ({ job, attempt })));
    const missing = queued.filter((_, place) => ["absent", "older"].includes(known[place] ?? "absent"));
    const live = missing.filter((job) => !job.is_cancelled);
    await engine.queue.enqueue(live.map(toMessage));
    resent += live.length;
    for (const job of queued.filter((job) => job.is_cancelled)) {
      cancelled.set(job.run_id, { tenant: job.tenant_id, runId: job.run_id });
    }
    afterJobId = last.job_id;
  }
  for (const run of cancelled.values()) {
    await engine.queue.cancelRun(run.runId);
    await closeWithdrawn(engine, run);
  }
  return resent;
}

async function dropGhosts(engine: Engine): Promise<number> {
  let dropped = 0;
  for (let cursor: string | null = null; ;) {
    const held = await engine.queue.list(cursor, page);
    // What has settled is ingest's to judge, and what was cancelled is the cancel verb's to report.
    const open = held.items.filter((job) => ["ready", "delayed", "leased"].includes(job.state));
    const ghosts = await withEngine(engine.engine, (tx) => filterGhosts(tx, open));
    dropped += await engine.queue.drop(ghosts);
    cursor = held.cursor;
    if (cursor === null) return dropped;
  }
}
