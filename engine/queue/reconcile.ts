import { type JobClass, jobClasses } from "../../model/queue/job-message.ts";
import type { HeldJob } from "../../platform/valkey/job-queue.ts";
import { filterGhosts, listMisplaced, listQueuedBefore } from "../../store/jobs/reconcile.ts";
import { withEngine } from "../../store/tenant.ts";
import type { PoolEngine } from "../context.ts";
import { closeWithdrawn } from "../runs/cancel.ts";
import { toMessage } from "../runs/dispatch.ts";
import { applyQueueSettings } from "./settings/apply.ts";
import { restoreWorkerUsers } from "./worker-users.ts";

/** A job that was queued this long ago should be known to the queue. */
const graceMs = 10_000;
const page = 1_000;

/** What a reconciliation mended; all zero is the normal case. */
export interface Reconciled {
  /** Jobs open in PostgreSQL that the queue had lost. */
  readonly resent: number;
  /** Jobs on the queue that PostgreSQL does not hold open. */
  readonly dropped: number;
}

/**
 * Compares PostgreSQL with the queue of a pool and mends what a crash left between them. Safe at any time and in any
 * number: each repair is idempotent by (job, attempt).
 */
export async function reconcile(engine: PoolEngine): Promise<Reconciled> {
  await applyQueueSettings(engine);
  await restoreWorkerUsers(engine);
  const resent = await resendMissing(engine);
  const dropped = await dropGhosts(engine);
  return { resent, dropped };
}

async function resendMissing(engine: PoolEngine): Promise<number> {
  const cancelled = new Map<string, { tenant: string; runId: string }>();
  let resent = 0;
  for (let afterJobId = ""; ;) {
    const cursor = afterJobId;
    const queued = await withEngine(engine.engine, (tx, now) =>
      listQueuedBefore(
        tx,
        now,
        { pool: engine.pool, before: new Date(now.getTime() - graceMs), afterJobId: cursor },
        page,
      ),
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
    await closeWithdrawn(engine, { ...run, pool: engine.pool });
  }
  return resent;
}

async function dropGhosts(engine: PoolEngine): Promise<number> {
  let dropped = 0;
  for (let cursor: string | null = null; ;) {
    const held = await engine.queue.list(cursor, page);
    // What has settled is ingest's to judge, and what was cancelled is the cancel verb's to report.
    const open = held.items.filter((job) => ["ready", "delayed", "leased"].includes(job.state));
    const ghosts = await withEngine(engine.engine, (tx) => filterGhosts(tx, engine.pool, open));
    dropped += await engine.queue.drop(ghosts);
    await moveMisplaced(engine, open);
    cursor = held.cursor;
    if (cursor === null) return dropped;
  }
}

/**
 * Moves what waits in another class than PostgreSQL says: a bump died before it told the queue, or met the job
 * on its way there, or in the hands of a worker that gave it back.
 */
async function moveMisplaced(engine: PoolEngine, open: readonly HeldJob[]): Promise<void> {
  const waiting = open.filter((job) => job.state !== "leased");
  const misplaced = await withEngine(engine.engine, (tx) => listMisplaced(tx, waiting));
  const ofClass = (name: JobClass) => misplaced.filter((job) => job.class === name).map(({ job }) => job);
  for (const name of jobClasses) await engine.queue.bump(name, ofClass(name));
}
