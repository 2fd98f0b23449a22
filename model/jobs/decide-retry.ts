import type { OutcomeErrorClass } from "../queue/outcome.ts";
import { backoffMs } from "./backoff.ts";
import type { ParkReason } from "./park-reason.ts";

/** What a job may use up. Releases and rebuilds cost nothing. */
export interface RetryBudgets {
  /** Attempts that a worker may report as failed. */
  readonly tries: number;
  /** Attempts that may end with the worker lost. */
  readonly crashes: number;
  /** From the first time on the queue to the start of the last try. */
  readonly wallClockMs: number;
}

export const defaultRetryBudgets: RetryBudgets = { tries: 5, crashes: 3, wallClockMs: 6 * 3_600_000 };

export interface RetryQuestion {
  readonly errorClass: OutcomeErrorClass;
  /** Failed attempts that a worker reported, this one included. */
  readonly tries: number;
  /** Attempts whose worker was lost, this one included. */
  readonly crashes: number;
  /** Since the job was first on the queue. */
  readonly elapsedMs: number;
  readonly budgets: RetryBudgets;
  /** What the worker asked to wait. */
  readonly retryAfterSeconds?: number | undefined;
  /** Who reported this attempt. */
  readonly worker: string;
  /** Who has called this job `permanent` before. */
  readonly permanentBy?: string | undefined;
  /** No other live worker takes this kind of job: its second word counts as confirmed. */
  readonly isOnlyWorker?: boolean;
  /** In [0, 1). */
  readonly random: number;
}

export type RetryDecision =
  | {
      readonly retry: {
        readonly delayMs: number;
        /** To be kept with the job: who called it `permanent`. */
        readonly permanentBy: string | undefined;
      };
    }
  | { readonly close: { readonly reason: "input_invalid" } }
  | { readonly park: { readonly reason: ParkReason } };

/**
 * What follows a failed attempt. An invalid input closes at once: nobody can cure it by trying. `permanent`
 * needs a second worker to say so, then the job is parked. All else is tried again while tries, crashes and
 * wall clock last, after a backoff with full jitter and never before the worker's retry-after, and parked after.
 */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { errorClass, permanentBy } = question;
  if (errorClass === "input_invalid") return { close: { reason: "input_invalid" } };

  const isPermanent = errorClass === "permanent";
  if (isPermanent && isConfirmed(question)) return { park: { reason: "permanent" } };
  const delayMs = delayOf(question);
  const spent = spentBudget(question, delayMs);
  if (spent !== undefined) return { park: { reason: spent } };
  return { retry: { delayMs, permanentBy: permanentBy ?? (isPermanent ? question.worker : undefined) } };
}

function isConfirmed({ permanentBy, worker, isOnlyWorker }: RetryQuestion): boolean {
  return permanentBy !== undefined && (permanentBy !== worker || isOnlyWorker === true);
}

function spentBudget(question: RetryQuestion, delayMs: number): ParkReason | undefined {
  const { tries, crashes, elapsedMs, budgets } = question;
  if (tries >= budgets.tries) return "tries_exhausted";
  if (crashes >= budgets.crashes) return "crashes_exhausted";
  return elapsedMs + delayMs > budgets.wallClockMs ? "wall_clock_exhausted" : undefined;
}

function delayOf(question: RetryQuestion): number {
  const waitMs = (question.retryAfterSeconds ?? 0) * 1_000;
  return Math.max(waitMs, backoffMs(question.tries + question.crashes, question.random));
}
