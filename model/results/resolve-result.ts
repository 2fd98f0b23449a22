import { decideRetry, type RetryBudgets, type RetryDecision } from "../jobs/decide-retry.ts";
import { type OrdinalRange, countOrdinals } from "../jobs/ordinals.ts";
import type { ParkReason } from "../jobs/park-reason.ts";
import { restOfSegment } from "../jobs/split.ts";
import type { OutcomeErrorClass } from "../queue/outcome.ts";
import type { ResultEntry } from "../queue/result-entry.ts";

/** What of a job decides about its results. */
export interface OpenJob {
  readonly ordinals: readonly OrdinalRange[];
  readonly tries: number;
  readonly crashes: number;
  readonly permanentBy: string | null;
  readonly elapsedMs: number;
  readonly isRunCancelled: boolean;
}

/** What a worker said, after its result was checked against the snapshot. */
export interface CheckedResult {
  readonly entry: Pick<ResultEntry, "outcome" | "stop" | "worker" | "reason">;
  /** Ordinals of the segment for which the result has a word of its own. */
  readonly settled: readonly number[];
  /** Why the result, or a part of it, could not be believed. */
  readonly fault: string | undefined;
  /** Nobody but the worker itself could confirm what it calls `permanent`. */
  readonly isOnlyWorker: boolean;
}

/** The budgets as the job keeps them after this result. */
export interface SpentBudgets {
  readonly tries: number;
  readonly crashes: number;
  readonly permanentBy: string | null;
}

/** What becomes of the images that the result says nothing about. */
export type RestResolution =
  | { readonly kind: "none" }
  | {
      readonly kind: "close";
      readonly status: "failed" | "incomplete" | "cancelled";
      readonly reason: string;
      readonly ordinals: readonly OrdinalRange[];
    }
  /** Given up until an operator drives it again; its images count as failed. */
  | { readonly kind: "park"; readonly reason: ParkReason; readonly ordinals: readonly OrdinalRange[] }
  | { readonly kind: "retry"; readonly delayMs: number; readonly ordinals: readonly OrdinalRange[] };

/** How an attempt ended, in one word and with its error. */
export interface Resolution {
  readonly rest: RestResolution;
  readonly spent: SpentBudgets;
  readonly errorClass: OutcomeErrorClass | null;
  /** The exception's type or code where the worker told one. */
  readonly errorCode: string | null;
  readonly message: string | null;
}

/**
 * Decides what an accepted result means for its job. Images that the result settles are settled, whatever
 * the outcome is called; the rest is closed with the outcome's reason, gets another try or is parked. In a
 * cancelled run nothing gets another try and nothing is parked. `random` in [0, 1) is for the jitter.
 */
export function resolveResult(
  job: OpenJob,
  result: CheckedResult,
  { budgets, random }: { readonly budgets: RetryBudgets; readonly random: number },
): Resolution {
  const rest = restOfSegment(job.ordinals, result.settled);
  const spent: SpentBudgets = { tries: job.tries, crashes: job.crashes, permanentBy: job.permanentBy };
  const failure = failureOf(result, countOrdinals(rest) > 0);
  const told = {
    errorClass: failure?.errorClass ?? null,
    errorCode: failure?.code ?? null,
    message: failure?.message ?? null,
  };
  if (rest.length === 0) return { rest: { kind: "none" }, spent, ...told };

  const close = (status: "failed" | "incomplete" | "cancelled", reason: string): Resolution => ({
    rest: { kind: "close", status, reason, ordinals: rest },
    spent,
    ...told,
  });
  const { outcome } = result.entry;
  if (job.isRunCancelled) return close("cancelled", "run_cancelled");
  if (outcome?.status === "incomplete") return close("incomplete", reasonCode(outcome.reason));
  if (failure === undefined) return close("failed", "no_result");

  const isCrash = failure.errorClass === "crash";
  const tries = job.tries + (isCrash ? 0 : 1);
  const crashes = job.crashes + (isCrash ? 1 : 0);
  const decision: RetryDecision = decideRetry({
    errorClass: failure.errorClass,
    tries,
    crashes,
    elapsedMs: job.elapsedMs,
    retryAfterSeconds: failure.retryAfterSeconds,
    worker: result.entry.worker,
    permanentBy: job.permanentBy ?? undefined,
    isOnlyWorker: result.isOnlyWorker,
    budgets,
    random,
  });
  if ("close" in decision) {
    return { ...close("failed", decision.close.reason), spent: { ...spent, tries, crashes } };
  }
  if ("park" in decision) {
    const { reason } = decision.park;
    return { rest: { kind: "park", reason, ordinals: rest }, spent: { ...spent, tries, crashes }, ...told };
  }
  return {
    rest: { kind: "retry", delayMs: decision.retry.delayMs, ordinals: rest },
    spent: { tries, crashes, permanentBy: decision.retry.permanentBy ?? null },
    ...told,
  };
}

interface Failure {
  readonly errorClass: OutcomeErrorClass;
  readonly message: string;
  readonly code?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** What went wrong with the images that are left; undefined when nothing did. */
function failureOf(result: CheckedResult, hasRest: boolean): Failure | undefined {
  const { outcome, stop } = result.entry;
  if (outcome === null)
    return { errorClass: "transient", message: "The outcome was too large to be forwarded." };
  switch (outcome.status) {
    case "failed":
      return { errorClass: outcome.error.class, ...outcome.error };
    case "cancelled":
      return {
        errorClass: "transient",
        message: stop === "wall_clock" ? "The job ran past its wall clock." : "The worker gave the job up.",
      };
    case "succeeded":
      if (!hasRest) return undefined;
      return {
        errorClass: "transient",
        message: result.fault ?? "The result says nothing about some images of the segment.",
      };
    case "incomplete":
      return undefined;
    default:
      return outcome satisfies never;
  }
}

/** Reasons are codes where statistics group them; a sentence becomes one code for all sentences. */
function reasonCode(reason: string): string {
  return /^[a-z0-9_]{1,64}$/.test(reason) ? reason : "worker_reason";
}
