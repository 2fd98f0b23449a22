import { setMaxListeners } from "node:events";
import type { Job, Progress } from "./handler.ts";
import { JobStopped, type StopReason } from "./job-stopped.ts";
import { traceContextOf } from "./trace-context.ts";
import { type ClaimedJob, type LeaseRef, protocol } from "./protocol.ts";

/** A job that this worker has in hand, from claim until it is settled, released or lost. */
export interface Hand extends LeaseRef {
  readonly claimed: ClaimedJob;
  readonly signal: AbortSignal;
  /** Why it was told to stop, if it was. */
  readonly stopped: StopReason | undefined;
  /** Its outcome waits to be sent, or is on its way: too late to give it back. */
  isSettling: boolean;
  /** The lease is known to hold until `leaseMs` after this instant of the monotonic clock. */
  renewedAt: number;
  /** Tells the handler to stop; the first reason stays, but `lost` and `shutdown` overrule `cancel`. */
  stop(reason: StopReason): void;
  setProgress(progress: Progress): void;
  /** The progress that was not yet sent, or ''. */
  takeProgress(): string;
}

/** @param now the monotonic clock from before the claim was sent: never later than the lease's real start. */
export function createHand(claimed: ClaimedJob, now: number): Hand {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // a handler may pass it to any number of requests
  let stopped: StopReason | undefined;
  let progress = "";
  return {
    job: claimed.job,
    attempt: claimed.attempt,
    lease: claimed.lease,
    claimed,
    signal: controller.signal,
    get stopped() {
      return stopped;
    },
    isSettling: false,
    renewedAt: now,
    stop(reason) {
      if (stopped === undefined || stopped === "cancel") stopped = reason;
      controller.abort(new JobStopped(reason));
    },
    setProgress(next) {
      progress = progressText(next);
    },
    takeProgress() {
      const text = progress;
      progress = "";
      return text;
    },
  };
}

/** Within the protocol's 512 bytes; a message that does not fit is left out. */
function progressText({ done, total, phase, message }: Progress): string {
  const short = {
    done,
    ...(total === undefined ? {} : { total }),
    ...(phase === undefined ? {} : { phase: phase.slice(0, 64) }),
  };
  const whole = JSON.stringify(message === undefined ? short : { ...short, message: message.slice(0, 256) });
  return Buffer.byteLength(whole) <= protocol.maxProgressBytes ? whole : JSON.stringify(short);
}

/** What handlers see of a claimed job. @throws SyntaxError when the payload is not JSON. */
export function toJob(claimed: ClaimedJob): Job {
  const { job, attempt, kind, class: class_, tenant, run, payload: text, concurrencyKey } = claimed;
  const payload = JSON.parse(text) as unknown;
  const traceContext = traceContextOf(payload);
  return {
    id: job,
    attempt,
    kind,
    class: class_,
    tenant,
    run,
    payload,
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(traceContext !== undefined && { traceContext }),
  };
}
