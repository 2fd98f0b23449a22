import { z } from "zod";

/** A worker's registration: a process gets a new one each time it registers. */
export const workerId = z.string().regex(/^wrk_[0-9a-f]{32}$/, "must be wrk_ and 32 hexadecimal digits");

/**
 * `active`: heard of within a lease. `draining`: the same, and told to finish and leave. `lost`: silent for
 * longer than a lease without a goodbye; it may come back. `left`: it said goodbye, or its registration ended
 * with the life of the queue that it was for.
 */
export const workerStates = ["active", "draining", "lost", "left"] as const;
export type WorkerState = (typeof workerStates)[number];

/** What is known of a worker at an instant. */
export interface WorkerSigns {
  readonly hasLeft: boolean;
  /** It registered for a life of its queue that is over. */
  readonly isOutlived: boolean;
  /** Since it was heard of, or registered. */
  readonly silentMs: number;
  readonly leaseMs: number;
  readonly isDraining: boolean;
}

export function workerState(signs: WorkerSigns): WorkerState {
  if (signs.hasLeft || signs.isOutlived) return "left";
  if (signs.silentMs > signs.leaseMs) return "lost";
  return signs.isDraining ? "draining" : "active";
}
