import { countOrdinals, listOrdinals, type OrdinalRange } from "../../model/jobs/ordinals.ts";
import { restOfSegment } from "../../model/jobs/split.ts";
import type { Resolution } from "../../model/results/resolve-result.ts";
import { countsAs } from "../../model/workers/counts-as.ts";
import type { JobUpdate } from "../../store/jobs/apply-resolutions.ts";
import type { EndedAttempt } from "../../store/jobs/attempts.ts";
import type { NewJob } from "../../store/jobs/insert.ts";
import type { ParkedJob } from "../../store/jobs/parked/insert.ts";
import type { JobRow } from "../../store/jobs/rows.ts";
import type { LoadedEntry } from "./load-result.ts";
import { outcomeDigest } from "./outcome-digest.ts";

/** The job as it stands after a result, and the child that takes over what is left of its segment. */
export interface JobChange {
  readonly update: JobUpdate;
  readonly child: NewJob | undefined;
}

/**
 * Turns a resolution into rows. Nothing settled and the rest tried again: the job itself goes back to
 * planned. Something settled: the job closes over that part, and a child inherits the rest and the budgets.
 */
export function changeOf(
  now: Date,
  job: JobRow,
  ordinals: readonly OrdinalRange[],
  settled: readonly number[],
  item: LoadedEntry,
  resolution: Resolution,
  newJobId: () => string,
): JobChange {
  const { rest, spent } = resolution;
  const notBefore = rest.kind === "retry" ? new Date(now.getTime() + rest.delayMs) : null;
  const isWholeRetry = rest.kind === "retry" && settled.length === 0;
  const isSplit = rest.kind === "retry" && settled.length > 0;
  const own = isSplit ? restOfSegment(ordinals, listOrdinals(rest.ordinals)) : ordinals;
  const update: JobUpdate = {
    jobId: job.job_id,
    attempt: item.entry.attempt,
    state: isWholeRetry ? "planned" : stateOf(resolution, settled.length > 0),
    ordinals: own,
    images: countOrdinals(own),
    ...spent,
    notBefore: isWholeRetry ? notBefore : null,
    worker: item.entry.worker,
    reason: rest.kind === "close" || rest.kind === "park" ? rest.reason : resolution.message,
    resultDigest: isWholeRetry ? null : outcomeDigest(item.entry),
  };
  if (!isSplit) return { update, child: undefined };
  const images = countOrdinals(rest.ordinals);
  return {
    update,
    child: {
      jobId: newJobId(),
      ordinals: rest.ordinals,
      images,
      class: job.class,
      ...spent,
      firstQueuedAt: job.first_queued_at,
      parentJobId: job.job_id,
      notBefore: notBefore ?? undefined,
    },
  };
}

/** The job for the list of those that an operator must look at; undefined when it goes on or has ended. */
export function parkedJob(job: JobRow, item: LoadedEntry, resolution: Resolution): ParkedJob | undefined {
  const { rest, spent, errorClass, errorCode, message } = resolution;
  if (rest.kind !== "park") return undefined;
  return {
    jobId: job.job_id,
    kind: job.kind,
    reason: rest.reason,
    errorClass: errorClass ?? "transient",
    errorCode,
    message: message?.slice(0, 1_024) ?? "",
    worker: item.entry.worker,
    tries: spent.tries,
    crashes: spent.crashes,
    ordinals: rest.ordinals,
    images: countOrdinals(rest.ordinals),
  };
}

/** A job is named after the part that went worst; a part that goes on in a child does not count. */
function stateOf(resolution: Resolution, hasSettled: boolean): JobUpdate["state"] {
  if (resolution.rest.kind === "close") return resolution.rest.status;
  if (resolution.rest.kind === "park") return "parked";
  return hasSettled || resolution.rest.kind === "none" ? "succeeded" : "failed";
}

/** The attempt for the record of the job. */
export function endedAttempt(job: JobRow, { entry }: LoadedEntry, resolution: Resolution): EndedAttempt {
  const { errorClass } = resolution;
  return {
    jobId: entry.job,
    attempt: entry.attempt,
    outcome: entry.outcome?.status ?? "unknown",
    errorClass,
    errorCode: resolution.errorCode,
    message: resolution.message?.slice(0, 1_024) ?? null,
    worker: entry.worker,
    leasedMs: entry.leasedMs,
    countedAs: countsAs({ status: entry.outcome?.status ?? null, stop: entry.stop, errorClass }),
    wasTried: job.tries + job.crashes > 0,
    parentJobId: job.parent_job_id,
  };
}
