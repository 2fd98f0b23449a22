import { countOrdinals, listOrdinals } from "../../model/jobs/ordinals.ts";
import { resolveResult } from "../../model/results/resolve-result.ts";
import { applyJobUpdates } from "../../store/jobs/apply-resolutions.ts";
import { type EndedAttempt, insertAttempts } from "../../store/jobs/attempts.ts";
import { insertJobs, parseMultirange } from "../../store/jobs/insert.ts";
import { decideLateResults } from "../../store/jobs/late-results.ts";
import { insertParkedJobs, type ParkedJob } from "../../store/jobs/parked/insert.ts";
import type { JobRow } from "../../store/jobs/rows.ts";
import { type ImageException, insertImageExceptions } from "../../store/results/image-outcomes.ts";
import { getSnapshotImages } from "../../store/results/snapshot-images.ts";
import { bookResults, noDelta, type RunDelta } from "../../store/runs/book-results.ts";
import { appendRunEvents } from "../../store/runs/events.ts";
import type { RunRow } from "../../store/runs/rows.ts";
import type { EngineTx } from "../../store/tenant.ts";
import type { Engine } from "../context.ts";
import { applyImages, type MatchedImage } from "./apply-images.ts";
import { checkImages } from "./check-images.ts";
import { changeOf, endedAttempt, type JobChange, parkedJob } from "./job-update.ts";
import type { LoadedEntry } from "./load-result.ts";

/** A result that the fence let through, with its job. */
export interface AcceptedEntry extends LoadedEntry {
  readonly job: JobRow;
  /** No other worker could give a second opinion. */
  readonly isAlone: boolean;
}

/** What a batch did to one run, to be acted upon after the commit. */
export interface IngestedRun {
  readonly run: RunRow;
  /** Some jobs go back to the queue. */
  readonly hasRetries: boolean;
  readonly books: RunDelta;
  /** The states that its jobs took. */
  readonly states: readonly string[];
  /** Its jobs that were given up. */
  readonly parked: readonly ParkedJob[];
}

/** Takes the accepted results of one locked run in; answers the run as it stands after. */
export async function ingestRun(
  engine: Engine,
  tx: EngineTx,
  now: Date,
  run: RunRow,
  accepted: readonly AcceptedEntry[],
): Promise<IngestedRun> {
  const key = { tenant: run.tenant_id, runId: run.run_id };
  const named = accepted.flatMap(({ result }) => result?.images.map((image) => image.ordinal) ?? []);
  const snapshot = await getSnapshotImages(tx, run.tenant_id, run.run_id, named);

  const books: RunDelta = noDelta();
  const matched: MatchedImage[] = [];
  const exceptions: ImageException[] = [];
  const leftOver: ImageException[] = [];
  const changes: JobChange[] = [];
  const attempts: EndedAttempt[] = [];
  const parked: ParkedJob[] = [];
  for (const item of accepted) {
    const { job, entry, result } = item;
    const ordinals = parseMultirange(job.ordinals);
    const checked = checkImages(run, ordinals, result, snapshot);
    const resolution = resolveResult(
      {
        ordinals,
        tries: job.tries,
        crashes: job.crashes,
        permanentBy: job.permanent_by,
        elapsedMs: now.getTime() - (job.first_queued_at ?? now).getTime(),
        isRunCancelled: run.cancel_requested_at !== null,
      },
      { entry, settled: checked.ordinals, fault: item.fault ?? checked.fault, isOnlyWorker: item.isAlone },
      { budgets: engine.retryBudgets, random: engine.random() },
    );
    matched.push(...checked.matched);
    exceptions.push(...checked.exceptions);
    attempts.push(endedAttempt(job, item, resolution));
    changes.push(changeOf(now, job, ordinals, checked.ordinals, item, resolution, () => engine.newId("job")));
    const given = parkedJob(job, item, resolution);
    if (given !== undefined) parked.push(given);
    if (resolution.rest.kind === "close" || resolution.rest.kind === "park") {
      const { reason, ordinals: rest } = resolution.rest;
      const status = resolution.rest.kind === "park" ? "failed" : resolution.rest.status;
      books[status] += countOrdinals(rest);
      // Of a job that closes whole the ranges name the images; of one that settled partly they cannot.
      if (checked.ordinals.length > 0)
        leftOver.push(...listOrdinals(rest).map((ordinal) => ({ ordinal, status, reason })));
    }
  }

  const children = changes.flatMap(({ child }) => child ?? []);
  const closed = changes.filter(({ update }) => update.state !== "planned").length;
  books.jobsTotal = children.length;
  books.jobsParked = parked.length;
  books.jobsOpen = children.length - closed;
  bookImages(books, matched, exceptions);

  const updates = changes.map(({ update }) => update);
  const changed = await applyJobUpdates(tx, now, run.tenant_id, updates);
  if (changed.size !== updates.length) throw new Error("A locked job was changed by somebody else.");
  await insertParkedJobs(tx, now, run, parked);
  const kind = accepted[0]?.job.kind ?? "scan";
  await insertAttempts(tx, now, { tenant: run.tenant_id, kind }, attempts);
  await decideLateResults(tx, run.tenant_id, updates);
  const wallClockMs = accepted[0]?.job.wall_clock_ms ?? 0;
  const concurrencyKey = accepted[0]?.job.concurrency_key ?? null;
  const shared = { ...key, kind, class: run.class, pool: run.pool, wallClockMs, concurrencyKey };
  await insertJobs(tx, now, shared, children);
  await insertImageExceptions(tx, run.tenant_id, run.run_id, [...exceptions, ...leftOver]);
  Object.assign(books, await applyImages(tx, { ...key, feedSeq: run.feed_seq ?? 0, now }, matched));

  const after = await bookResults(tx, now, key, books);
  await tellStreams(tx, now, run, after, books);
  const hasRetries = children.length > 0 || closed < updates.length;
  return { run: after, hasRetries, books, states: updates.map(({ state }) => state), parked };
}

function bookImages(
  books: RunDelta,
  matched: readonly MatchedImage[],
  exceptions: readonly ImageException[],
): void {
  books.succeeded += matched.length;
  for (const { status } of exceptions) books[status] += 1;
  for (const { image, coverage } of matched) {
    books.components += image.component_count ?? coverage.components;
    books.matchable += coverage.matchable;
  }
}

async function tellStreams(
  tx: EngineTx,
  now: Date,
  before: RunRow,
  after: RunRow,
  books: RunDelta,
): Promise<void> {
  const key = { tenant: after.tenant_id, runId: after.run_id };
  const stateChanged = { ...key, kind: "stateChanged", data: { from: before.state, to: after.state } };
  const deltaSummary = {
    ...key,
    kind: "deltaSummary",
    data: {
      imagesChanged: after.images_changed,
      newFindings: after.new_findings,
      newCritical: after.new_critical,
      newHigh: after.new_high,
      fixed: after.fixed_findings,
    },
  };
  await appendRunEvents(tx, now, [
    ...(after.state === before.state ? [] : [stateChanged]),
    ...(books.imagesChanged === 0 ? [] : [deltaSummary]),
  ]);
}
