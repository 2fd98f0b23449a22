import { DomainError } from "../../model/errors.ts";

/**
 * The queue is not the one that the caller knows: its epoch is gone or another, its stream or its functions
 * are missing (FLUSHALL, a restart, a restored image). The answer to it is a rebuild, not a retry.
 */
export class WrongEpochError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "WrongEpochError";
  }
}

/** Server replies that mean: everything that was here is lost, or something else is here now. */
const lost = /^(WRONG_EPOCH|NOGROUP|ERR Function not found|UNBLOCKED)/;
/** Server replies that pass by themselves or by an operator's hand, while the data stays. */
const passing = /^(LOADING|OOM|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|MISCONF)\b/;

/**
 * What a failed Valkey command means: `WrongEpochError` (rebuild), `DomainError("unavailable")` (the server
 * is away: try again), or the error itself, which is then a bug.
 */
export function toValkeyFailure(error: unknown): Error {
  if (error instanceof DomainError || error instanceof WrongEpochError) return error;
  if (!(error instanceof Error)) return new TypeError("A Valkey command failed without an error.");
  const isReply = error.name === "ReplyError";
  if (isReply && lost.test(error.message))
    return new WrongEpochError("The queue was lost or replaced.", error);
  if (!isReply || passing.test(error.message)) {
    return new DomainError("unavailable", "The job queue cannot be reached right now. Try again.", {
      retryAfterSeconds: 1,
      cause: error,
    });
  }
  return error;
}
