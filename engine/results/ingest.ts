import type { ResultEntry } from "../../model/queue/result-entry.ts";
import { type Agreement, type LateResult, insertLateResults } from "../../store/jobs/late-results.ts";
import { type JobRow, lockJobsWithRuns } from "../../store/jobs/rows.ts";
import { lockTenantResults } from "../../store/results/image-results.ts";
import { type RunRow } from "../../store/runs/rows.ts";
import { type EngineTx, withEngine } from "../../store/tenant.ts";
import { runSignals, workflowIds } from "../../workflows/contract.ts";
import { afterCommit } from "../after-commit.ts";
import type { PoolEngine } from "../context.ts";
import { dispatchRun } from "../runs/dispatch.ts";
import { observeParked, observeResults } from "../observe.ts";
import { type AcceptedEntry, type IngestedRun, ingestRun } from "./ingest-run.ts";
import { type LoadedEntry, loadResults } from "./load-result.ts";
import { isOnlyWorker } from "./only-worker.ts";
import { outcomeDigest } from "./outcome-digest.ts";

/** What a batch of the result stream came to. */
export interface Ingested {
  readonly accepted: number;
  readonly late: number;
  /** Results of jobs that PostgreSQL does not know, or not in this pool. */
  readonly ghosts: number;
}

interface Committed extends Ingested {
  readonly runs: readonly IngestedRun[];
}

/**
 * Takes a batch of results in: one transaction for jobs, findings, deltas and books, then the
 * acknowledgement, then signals and new tries. Dying before the commit leaves the batch unread, dying after
 * it makes every entry of it late the next time: nothing counts twice. A result that cannot be fetched now
 * stays on the stream while the others go on. @throws when that is so of all of them
 */
export async function ingestBatch(engine: PoolEngine, entries: readonly ResultEntry[]): Promise<Ingested> {
  if (entries.length === 0) return { accepted: 0, late: 0, ghosts: 0 };
  return ingestLoaded(engine, await loadResults(engine, entries));
}

/** The same with results in hand. */
export async function ingestLoaded(engine: PoolEngine, loaded: readonly LoadedEntry[]): Promise<Ingested> {
  const isAlone = await isOnlyWorker(engine, loaded);
  const committed = await withEngine(engine.engine, (tx, now) => take(engine, tx, now, loaded, isAlone));
  for (const ingested of committed.runs) tell(engine, ingested);
  await engine.queue.acknowledge(loaded.map(({ entry }) => entry));
  await Promise.all(committed.runs.map((ingested) => followUp(engine, ingested)));
  return { accepted: committed.accepted, late: committed.late, ghosts: committed.ghosts };
}

/** Metrics of what was committed, and one line for all jobs of a run that were given up. */
function tell({ metrics, log }: PoolEngine, { run, books, states, parked }: IngestedRun): void {
  observeResults(metrics, run, books, states);
  observeParked(metrics, parked);
  if (parked.length === 0) return;
  const reasons = Object.fromEntries(
    [...Map.groupBy(parked, ({ reason }) => reason)].map(([reason, jobs]) => [reason, jobs.length]),
  );
  log.warn({ tenant: run.tenant_id, run: run.run_id, reasons }, "Jobs of a run were parked.");
}

/** What the reconciler would do as well: it must not make a batch that is committed look like one that failed. */
async function followUp(engine: PoolEngine, { run, hasRetries }: IngestedRun): Promise<void> {
  const subject = { tenant: run.tenant_id, run: run.run_id };
  if (run.jobs_open === 0) {
    const workflowId = workflowIds.run(run.tenant_id, run.run_id);
    const tell = () => engine.workflows.signal(workflowId, runSignals.drained);
    await afterCommit(engine, "telling a run that nothing of it is open", tell, subject);
  }
  if (hasRetries) {
    const dispatch = () => dispatchRun(engine, { tenant: run.tenant_id, runId: run.run_id, pool: run.pool });
    await afterCommit(engine, "sending the next tries of a run", dispatch, subject);
  }
}

async function take(
  engine: PoolEngine,
  tx: EngineTx,
  now: Date,
  loaded: readonly LoadedEntry[],
  isAlone: boolean,
): Promise<Committed> {
  const { jobs, runs } = await lockJobsWithRuns(tx, [...new Set(loaded.map(({ entry }) => entry.job))]);
  const late: LateResult[] = [];
  const byRun = new Map<string, AcceptedEntry[]>();
  const taken = new Set<string>();
  let ghosts = 0;

  for (const item of loaded) {
    const job = jobs.get(item.entry.job);
    const run = job && runs.get(job.run_id);
    // The workers of a pool can write any entry to their own queue: the jobs of others are none of theirs.
    if (job === undefined || run === undefined || job.pool !== engine.pool) {
      ghosts += 1;
      engine.log.warn(
        { job: item.entry.job, attempt: item.entry.attempt },
        "A result of a job that is unknown or of another pool was dropped.",
      );
    } else if (taken.has(job.job_id) || !isAcceptable(job, run, item.entry)) {
      late.push(lateResult(job, item.entry));
    } else {
      taken.add(job.job_id);
      const ofRun = byRun.get(run.run_id) ?? [];
      ofRun.push({ ...item, job, isAlone });
      byRun.set(run.run_id, ofRun);
    }
  }

  for (const tenant of [...new Set([...runs.values()].map((run) => run.tenant_id))].sort()) {
    await lockTenantResults(tx, tenant);
  }
  // Before the accepted ones, which decide about those that came early.
  await insertLateResults(tx, now, late);
  const ingested: IngestedRun[] = [];
  for (const [runId, accepted] of byRun) {
    ingested.push(await ingestRun(engine, tx, now, runs.get(runId)!, accepted));
  }
  return { accepted: taken.size, late: late.length, ghosts, runs: ingested };
}

/**
 * Only the current attempt of an open job of an open run may change anything. The tenant is asked, too: a result
 * by reference was fetched under the one that the entry names, and a worker can write entries by hand.
 */
function isAcceptable(job: JobRow, run: RunRow, entry: ResultEntry): boolean {
  return (
    !entry.stale &&
    entry.tenant === job.tenant_id &&
    job.state === "queued" &&
    job.attempt === entry.attempt &&
    (run.state === "queued" || run.state === "running")
  );
}

function lateResult(job: JobRow, entry: ResultEntry): LateResult {
  const digest = outcomeDigest(entry);
  return {
    tenant: job.tenant_id,
    runId: job.run_id,
    entryId: entry.streamId,
    jobId: job.job_id,
    attempt: entry.attempt,
    outcome: entry.outcome?.status ?? "unknown",
    worker: entry.worker,
    digest,
    agreement: agreementOf(job.result_digest, digest),
  };
}

/** A job without an accepted result decides when it has one. */
function agreementOf(accepted: string | null, late: string | null): Agreement {
  if (accepted === null || late === null) return "undecided";
  return accepted === late ? "confirms" : "differs";
}
