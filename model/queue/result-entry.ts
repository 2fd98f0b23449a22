import type { Outcome } from "./outcome.ts";

/**
 * One entry of the result stream, as ingest reads it. The queue vouches for identity, times and flags; only
 * `outcome` (and, when stale, the worker's name) is what a worker said. Only an entry that is not stale may change a job, and only by
 * compare-and-set on (open, attempt).
 */
export interface ResultEntry {
  /** The stream id, to be acknowledged. Its first part is the server's clock in milliseconds. */
  readonly streamId: string;
  readonly job: string;
  readonly attempt: number;
  readonly lease: number;
  readonly worker: string;
  /** Null when the queue no longer holds the job (only possible for stale entries); alike below. */
  readonly kind: string | null;
  readonly class: string | null;
  readonly tenant: string | null;
  readonly run: string | null;
  /** `settled` by the worker, or `lease_expired`: the worker was lost, the outcome is a `crash`. */
  readonly reason: "settled" | "lease_expired";
  /** Why the queue had told the worker to stop, if it had. */
  readonly stop: "cancel" | "wall_clock" | null;
  /** Settled too late or by a lease that is not current: keep as `late`, change nothing. */
  readonly stale: boolean;
  /** Claim to end by the server's clock; null when stale. */
  readonly leasedMs: number | null;
  /** Ready to claim by the server's clock; null when stale. */
  readonly waitedMs: number | null;
  /** Null when a stale outcome was too large to be forwarded. */
  readonly outcome: Outcome | null;
  readonly outcomeBytes: number;
}
