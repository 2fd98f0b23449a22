import { DomainError } from "../../model/errors.ts";
import { selection } from "../../model/images/selection.ts";
import { matcherVersion } from "../../model/matching/matcher-version.ts";
import { type RunRequest, storedRequest } from "../../model/runs/run-request.ts";
import { segmentSize } from "../../model/runs/segment-size.ts";
import { isTerminal, type RunState } from "../../model/runs/states.ts";
import { insertJobs, type NewJob } from "../../store/jobs/insert.ts";
import { appendRunEvents } from "../../store/runs/events.ts";
import {
  type Coverage,
  type SnapshotCounts,
  type TouchedComponents,
  oldestResultSeq,
  previewSnapshot,
  writeSnapshot,
} from "../../store/runs/impact-snapshot.ts";
import { recordPlan } from "../../store/runs/record-plan.ts";
import { type RunRow, lockRun } from "../../store/runs/rows.ts";
import { allowStatementTime } from "../../store/statement-time.ts";
import { type TenantTx, withTenant } from "../../store/tenant.ts";
import type { Engine } from "../context.ts";
import { readFeedSequence, touchedByAdvisories, touchedByPurls, touchedSince } from "../impact/touched.ts";
import { observePlan } from "../observe.ts";
import { readRun } from "./check.ts";
import type { RunKey } from "./close.ts";
import { coverageOfRetry } from "./retry-coverage.ts";

const nothing: TouchedComponents = { componentIds: [], seqs: [] };

/** A snapshot of millions of images is one statement, and takes longer than a request may. */
const planningMs = 30 * 60_000;

/**
 * Plans a run once, in one transaction: pins the feed sequence, writes the impact snapshot and cuts it into
 * jobs. Later edits of images, SBOMs and advisories do not change the run. Images without an SBOM are
 * counted `incomplete: no_sbom` here, since no worker could say more. A run planned already is answered as
 * it is; one that was cancelled before is planned empty.
 */
export async function planRun(engine: Engine, key: RunKey): Promise<RunRow> {
  const startedMs = performance.now();
  const { pool } = await readRun(engine, key);
  const { workersAlive } = await engine.queues.of(pool).stats();
  const { run, isNew } = await withTenant(engine.app, key.tenant, async (tx, now) => {
    await allowStatementTime(tx, planningMs);
    const run = await lockRun(tx, key.tenant, key.runId);
    if (run.planned_at !== null || isTerminal(run.state as RunState)) return { run, isNew: false };

    const feedSeq = await readFeedSequence(tx);
    const request = storedRequest.parse(run.request);
    const isCancelled = run.cancel_requested_at !== null;
    const snapshot = isCancelled
      ? emptySnapshot
      : await writeSnapshot(
          tx,
          key.tenant,
          key.runId,
          request.retry === undefined
            ? await resolveCoverage(tx, now, key.tenant, request, run.mode, feedSeq)
            : coverageOfRetry({ parked: { takenBy: key.runId }, outcomes: request.retry.outcomes }),
          request.maxImages,
        );

    // A refresh may find the SBOM that is missing; an analysis cannot.
    const withoutSbom = run.mode === "content-refresh" ? 0 : snapshot.withoutSbom;
    const segments = cutSegments(
      engine,
      snapshot.planned - withoutSbom,
      workersAlive,
      request.retry?.segmentImages,
    );
    await insertJobs(
      tx,
      now,
      {
        ...key,
        kind: "scan",
        class: run.class,
        pool,
        wallClockMs: engine.wallClockMs,
        concurrencyKey: request.concurrencyKey ?? null,
      },
      segments,
    );
    const planned = await recordPlan(tx, now, key, {
      feedSeq,
      impactDigest: snapshot.digest,
      planned: snapshot.planned,
      fresh: snapshot.fresh,
      withoutSbom,
      jobs: segments.length,
    });
    await appendRunEvents(tx, now, [
      {
        ...key,
        kind: "stateChanged",
        data: { from: run.state, to: planned.state, planned: snapshot.planned },
      },
    ]);
    return { run: planned, isNew: true };
  }).catch((error: unknown) => {
    throw isCancelledStatement(error) ? tooLong(error) : error;
  });
  if (isNew) observePlan(engine.metrics, run, startedMs);
  return run;
}

/** SQLSTATE 57014: it took too long, or an operator ended it. The next try would be as slow. */
function isCancelledStatement(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "57014";
}

function tooLong(cause: unknown): DomainError {
  const detail = `Planning was ended, by an operator or after ${planningMs / 60_000} minutes. Choose fewer images.`;
  return new DomainError("too_large", detail, { cause });
}

/** What a run of this request would cover if it were planned now. */
export async function previewRun(
  tx: TenantTx,
  now: Date,
  tenant: string,
  request: RunRequest,
  mode: string,
): Promise<SnapshotCounts & { readonly feedSeq: number }> {
  const feedSeq = await readFeedSequence(tx);
  const coverage = await resolveCoverage(tx, now, tenant, request, mode, feedSeq);
  return { ...(await previewSnapshot(tx, tenant, coverage, request.maxImages)), feedSeq };
}

/** Which images, and what touched them since their results. */
async function resolveCoverage(
  tx: TenantTx,
  now: Date,
  tenant: string,
  request: RunRequest,
  mode: string,
  feedSeq: number,
): Promise<Coverage> {
  const isForced = request.force || mode === "content-refresh";
  const { advisories, purls, lastReportOlderThanDays: days } = request;
  const reportedBefore = days === undefined ? null : new Date(now.getTime() - days * 86_400_000);
  const shared = { isForced, reportedBefore, matcherVersion };
  if (advisories !== undefined) {
    const { touched } = await touchedByAdvisories(tx, tenant, advisories);
    return { ...shared, selection: request.selection, touched };
  }
  if (purls !== undefined) {
    return { ...shared, selection: request.selection, touched: await touchedByPurls(tx, tenant, purls) };
  }
  const chosen = request.selection ?? everyImage;
  const since = isForced ? undefined : await oldestResultSeq(tx, tenant, chosen);
  const touched = since === undefined ? nothing : await touchedSince(tx, tenant, since, feedSeq);
  return { ...shared, selection: chosen, touched };
}

const everyImage = selection.parse({ scope: "all" });

const emptySnapshot: SnapshotCounts = {
  planned: 0,
  withoutSbom: 0,
  fresh: 0,
  // SHA-256 of no bytes: the digest of the empty set.
  digest: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};

/** Cuts the ordinals 0 … images-1 into segments, fitted to the workers that are alive. */
function cutSegments(engine: Engine, images: number, workersAlive: number, most = Infinity): NewJob[] {
  const largest = Math.min(most, engine.segmentImages);
  const size = segmentSize(images, Math.max(1, workersAlive) * slotsPerWorker, largest);
  const jobs: NewJob[] = [];
  for (let from = 0; from < images; from += size) {
    const to = Math.min(from + size, images);
    jobs.push({ jobId: engine.newId("job"), ordinals: [[from, to]], images: to - from });
  }
  return jobs;
}

/** A worker claims as many jobs as it has slots; how many slots is known only to itself. */
const slotsPerWorker = 4;
