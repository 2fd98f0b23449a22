import type { Log } from "./log.ts";

/**
 * How a job ended here: an outcome's status; `lost`, its lease was gone; `released`, it was given back.
 */
export type JobEnd = "succeeded" | "incomplete" | "failed" | "cancelled" | "lost" | "released";

/**
 * Told what a worker does; every method may be left out. They must return at once. What they are for, and under
 * which names: ../METRICS.md.
 */
export interface Metrics {
  /** The engine took the worker in; more than once means that the queue was lost in between. */
  registered?(): void;
  /** A job was claimed and is given to its handler. */
  jobStarted?(kind: string): void;
  /** It ended here. `errorClass` is that of a failure, '' otherwise. */
  jobEnded?(kind: string, end: JobEnd, errorClass: string, seconds: number): void;
  /** A heartbeat was answered, or failed, after so many seconds. */
  beat?(seconds: number, isAnswered: boolean): void;
  /** The queue's verdict on outcomes: `accepted`, `known`, `stale`, `too_large`, `invalid`. */
  outcomesSent?(verdict: string, count: number): void;
  /** A call to the queue failed and is tried again. */
  queueFailed?(): void;
}

/** The hooks of a user, made safe: what throws is told to the log once and left alone from then on. */
export function guardMetrics(metrics: Metrics, log: Log): Required<Metrics> {
  let isBroken = false;
  const guard = (call: () => void) => {
    if (isBroken) return;
    try {
      call();
    } catch (error) {
      isBroken = true;
      log("error", "the metrics threw and are switched off", { error: String(error) });
    }
  };
  return {
    registered: () => guard(() => metrics.registered?.()),
    jobStarted: (...args) => guard(() => metrics.jobStarted?.(...args)),
    jobEnded: (...args) => guard(() => metrics.jobEnded?.(...args)),
    beat: (...args) => guard(() => metrics.beat?.(...args)),
    outcomesSent: (...args) => guard(() => metrics.outcomesSent?.(...args)),
    queueFailed: () => guard(() => metrics.queueFailed?.()),
  };
}
