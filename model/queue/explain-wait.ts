import type { JobState } from "../jobs/states.ts";

/** Codes by which programs tell the reasons apart; they do not change their meaning. */
export const waitCodes = [
  "ended",
  "parked",
  "redriven",
  "run_cancelled",
  "retry_later",
  "not_dispatched",
  "paced",
  "resend_pending",
  "result_pending",
  "leased",
  "told_to_stop",
  "not_before",
  "queue_paused",
  "kind_paused",
  "tenant_paused",
  "tenant_at_cap",
  "key_closed",
  "key_at_limit",
  "key_rate_limited",
  "no_worker",
  "results_high_water",
  "tenants_before",
  "jobs_before",
  "next",
] as const;

export type WaitCode = (typeof waitCodes)[number];

export interface WaitReason {
  readonly code: WaitCode;
  readonly text: string;
}

/** What PostgreSQL knows of the job. */
export interface BookedJob {
  readonly state: JobState;
  readonly attempt: number;
  readonly reason: string | null;
  readonly notBeforeMs: number | null;
  /** The run that runs the images of a parked job again. */
  readonly redrivenBy: string | null;
  readonly isRunCancelled: boolean;
  /** How many jobs its run sends in a second, if that is limited. */
  readonly ratePerSecond: number | null;
}

/** What the queue knows of it. */
export interface QueuedSituation {
  readonly attempt: number;
  readonly state: "ready" | "delayed" | "leased" | "settled" | "cancelled";
  readonly kind: string;
  readonly tenant: string;
  readonly worker: string | null;
  /** Why its worker was told to stop. */
  readonly stop: "cancel" | "wall_clock" | null;
  /** Jobs of its tenant, class, kind and key that go before it. */
  readonly jobsBefore: number;
  /** Tenants that are served before its tenant; null while it has no turn. */
  readonly tenantsBefore: number | null;
  /** Until a delayed job is ready; null when it is not delayed. */
  readonly readyInMs: number | null;
  /** Workers heard of within one lease that claim its kind. */
  readonly workersOfKind: number;
  readonly tenantLeased: number;
  readonly tenantMaxLeased: number | null;
  readonly pausedQueue: string | null;
  readonly pausedKind: string | null;
  readonly pausedTenant: string | null;
  readonly resultsPending: number;
  readonly highWater: number;
  /** Its concurrency key; null: it has none. */
  readonly key: string | null;
  readonly keyLeased: number;
  readonly keyMaxLeased: number | null;
  /** Until the bucket of the key has a token; null when it has one, or there is no rate. */
  readonly keyTokenInMs: number | null;
  readonly keyClosedMs: number | null;
  readonly keyClosedBy: string | null;
}

/**
 * Why a job is not done: the reasons that hold now, the one that an operator should look at first in front.
 * A job that nothing holds up has the one reason `next`.
 */
export function explainWait(
  job: BookedJob,
  queued: QueuedSituation | undefined,
  nowMs: number,
): readonly WaitReason[] {
  const booked = fromBooks(job, nowMs);
  if (booked !== undefined) return [booked];
  if (queued === undefined || queued.attempt < job.attempt) {
    return [reason("resend_pending", "The queue does not hold it: it is sent (again) within 40 seconds.")];
  }
  switch (queued.state) {
    case "leased":
      return fromLease(queued);
    case "settled":
    case "cancelled":
      return [reason("result_pending", "It has ended; its result is being taken in.")];
    case "delayed":
      return [...obstacles(queued), notBefore(queued.readyInMs ?? 0)];
    case "ready": {
      const held = obstacles(queued);
      return held.length > 0 ? held : [place(queued)];
    }
    default:
      return queued.state satisfies never;
  }
}

function reason(code: WaitCode, text: string): WaitReason {
  return { code, text };
}

function fromBooks(job: BookedJob, nowMs: number): WaitReason | undefined {
  if (job.state === "parked") return parked(job);
  if (job.state !== "planned" && job.state !== "queued") {
    const why = job.reason === null ? "" : `: ${job.reason}`;
    return reason("ended", `It waits for nothing: it is ${job.state}${why}.`);
  }
  if (job.isRunCancelled && job.state === "planned") {
    return reason("run_cancelled", "Its run was cancelled; it will be closed.");
  }
  if (job.state === "queued") return undefined;
  const waitMs = (job.notBeforeMs ?? nowMs) - nowMs;
  if (waitMs > 0) return reason("retry_later", `Its next try is in ${seconds(waitMs)}.`);
  if (job.ratePerSecond !== null)
    return reason("paced", `Its run sends ${job.ratePerSecond} jobs in a second; its turn comes.`);
  return reason("not_dispatched", "It is planned and about to be sent to the queue.");
}

function parked({ reason: why, redrivenBy }: BookedJob): WaitReason {
  if (redrivenBy !== null) return reason("redriven", `It was parked; ${redrivenBy} runs its images again.`);
  return reason(
    "parked",
    `It was given up (${why ?? "unknown"}) and waits for an operator to drive it again.`,
  );
}

function fromLease({ worker, stop }: QueuedSituation): readonly WaitReason[] {
  const who = worker ?? "a worker";
  if (stop === null) return [reason("leased", `${who} is working on it.`)];
  const why = stop === "cancel" ? "it was cancelled" : "it ran past its wall clock";
  return [reason("told_to_stop", `${who} was told to stop, since ${why}.`)];
}

function notBefore(ms: number): WaitReason {
  return reason("not_before", `It may be claimed in ${seconds(ms)}.`);
}

/** What keeps it from being given, whatever its place in the order. */
function obstacles(queued: QueuedSituation): WaitReason[] {
  const { kind, tenant, tenantLeased, tenantMaxLeased: cap } = queued;
  const { pausedQueue, pausedKind, pausedTenant, workersOfKind, resultsPending, highWater } = queued;
  const held: WaitReason[] = [];
  if (pausedQueue !== null) held.push(reason("queue_paused", `The queue is paused: ${pausedQueue}`));
  if (pausedKind !== null)
    held.push(reason("kind_paused", `Jobs of the kind ${kind} are paused: ${pausedKind}`));
  if (pausedTenant !== null)
    held.push(reason("tenant_paused", `The tenant ${tenant} is paused: ${pausedTenant}`));
  if (cap !== null && tenantLeased >= cap) {
    held.push(reason("tenant_at_cap", `Workers hold ${tenantLeased} jobs of the tenant; its cap is ${cap}.`));
  }
  held.push(...obstaclesOfKey(queued));
  if (workersOfKind === 0) held.push(reason("no_worker", `No worker that takes ${kind} is alive.`));
  if (resultsPending >= highWater) {
    held.push(
      reason(
        "results_high_water",
        `${resultsPending} results wait to be taken in; nothing is given above ${highWater}.`,
      ),
    );
  }
  return held;
}

/** What its concurrency key does not allow now. */
function obstaclesOfKey(queued: QueuedSituation): WaitReason[] {
  const { key, keyLeased, keyMaxLeased: most, keyTokenInMs, keyClosedMs } = queued;
  const held: WaitReason[] = [];
  if (keyClosedMs !== null) {
    const by = `${queued.keyClosedBy ?? "a job"} was told to come later`;
    held.push(reason("key_closed", `The key ${key} is closed for ${seconds(keyClosedMs)}: ${by}.`));
  }
  if (most !== null && keyLeased >= most) {
    held.push(
      reason("key_at_limit", `Workers hold ${keyLeased} jobs of the key ${key}; its limit is ${most}.`),
    );
  }
  if (keyTokenInMs !== null) {
    held.push(
      reason(
        "key_rate_limited",
        `The rate of the key ${key} lets the next job go in ${seconds(keyTokenInMs)}.`,
      ),
    );
  }
  return held;
}

function place({ tenantsBefore, jobsBefore }: QueuedSituation): WaitReason {
  if (jobsBefore > 0)
    return reason("jobs_before", `${jobsBefore} jobs of the same tenant and kind go before it.`);
  if (tenantsBefore !== null && tenantsBefore > 0) {
    return reason(
      "tenants_before",
      `It is the next of its tenant; ${tenantsBefore} tenants are served before.`,
    );
  }
  return reason("next", "It goes to the next free slot of its class.");
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
