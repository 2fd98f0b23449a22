import { invalidField } from "../../model/errors.ts";
import type { WorkerIdentity } from "../../model/identity/worker-key.ts";
import type { ClaimAnswer, ClaimCall } from "../../model/queue/worker-calls.ts";
import type { QueueCaller, WorkerCalls } from "../../platform/valkey/worker-calls.ts";
import { atDesk, type RegisteredWorker, type WorkerDesk } from "./worker-desk.ts";

/** What may end a claim early. */
export interface ClaimSignals {
  /** Aborted when nobody will read the answer, up to its last byte. */
  readonly gone: AbortSignal;
  /** Aborted when the process begins to stop: what waits is answered then. */
  readonly closing: AbortSignal;
}

/**
 * Takes jobs for a worker; without any it waits until the worker is woken, for as long as the worker asks. A claim
 * ends an earlier one of the same worker that still waits. Jobs for a worker that is gone go back at once.
 */
export async function claimJobs(
  desk: WorkerDesk,
  worker: WorkerIdentity,
  call: ClaimCall,
  signals: ClaimSignals,
): Promise<ClaimAnswer> {
  return atDesk(desk, worker, call, async (caller, registered) => {
    checkClaim(call, registered);
    desk.calls.endWait(caller);
    return await claimOrWait(desk.calls, caller, call, signals);
  });
}

function checkClaim({ free, kinds }: ClaimCall, registered: RegisteredWorker): void {
  if (free > registered.concurrency)
    throw invalidField(
      "free",
      `must be at most the concurrency that was registered, ${registered.concurrency}`,
    );
  const stray = kinds.findIndex((kind) => !registered.kinds.includes(kind));
  if (stray >= 0) throw invalidField(`kinds[${stray}]`, "must be a kind that was registered");
}

async function claimOrWait(
  calls: WorkerCalls,
  caller: QueueCaller,
  { free, kinds, waitSeconds }: ClaimCall,
  { gone, closing }: ClaimSignals,
): Promise<ClaimAnswer> {
  const sinceMs = performance.now();
  const ended = AbortSignal.any([gone, closing]);
  for (;;) {
    // Rounded down, and from before the claim: no lease of its answer began earlier.
    const waitedMs = Math.floor(performance.now() - sinceMs);
    const answer = { ...(await calls.claim(caller, free, kinds)), waitedMs };
    if (answer.jobs.length > 0) {
      giveBackWhenGone(calls, caller, answer, gone);
      return answer;
    }
    const leftMs = sinceMs + waitSeconds * 1_000 - performance.now();
    const isIdle = answer.word === "ok" && answer.retryAfterMs === 0 && free > 0;
    if (!isIdle || leftMs <= 0) return answer;
    if ((await calls.waitForWake(caller, leftMs, ended)) === "ended") return answer;
  }
}

/**
 * Nobody would work on these jobs, and they would end as crashes. An answer that was sent and never arrived cannot
 * be told from one that did: its jobs wait for the end of their leases.
 */
function giveBackWhenGone(
  calls: WorkerCalls,
  caller: QueueCaller,
  { jobs }: Pick<ClaimAnswer, "jobs">,
  gone: AbortSignal,
): void {
  const leases = jobs.map(({ job, attempt, lease }) => ({ job, attempt, lease }));
  // When the queue cannot take them either, the leases end by themselves.
  const giveBack = () => void calls.release(caller, leases).catch(() => undefined);
  if (gone.aborted) giveBack();
  else gone.addEventListener("abort", giveBack, { once: true });
}
