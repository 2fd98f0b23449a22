/**
 * Why a job's signal was aborted. `cancel`: the engine wants it stopped (its run was cancelled, or it is past
 * its wall clock). `lost`: the lease is gone, nothing that the handler still does will count. `shutdown`: the
 * worker is leaving and gives the job back.
 */
export type StopReason = "cancel" | "lost" | "shutdown";

/** The `reason` of an aborted `ctx.signal`. */
export class JobStopped extends Error {
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(`The job was stopped: ${reason}.`);
    this.name = "JobStopped";
    this.reason = reason;
  }
}
