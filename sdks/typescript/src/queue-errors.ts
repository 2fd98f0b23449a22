/** This registration is worth nothing any more: the queue was rebuilt, or the key's user is gone. */
export class QueueLost extends Error {
  constructor(cause: Error) {
    super(`The queue must be joined anew: ${cause.message.slice(0, 200)}`, { cause });
    this.name = "QueueLost";
  }
}

/** The server cannot be reached right now; the registration may still be good. */
export class QueueAway extends Error {
  /** What the server asked for, if it did. */
  readonly retryAfterMs: number;

  constructor(cause: unknown, retryAfterMs = 0) {
    super("The queue cannot be reached right now.", { cause });
    this.name = "QueueAway";
    this.retryAfterMs = retryAfterMs;
  }
}

const lost = /^(WRONG_EPOCH|NOAUTH|WRONGPASS|NOPERM|ERR Function not found)/;
const away = /^(LOADING|OOM|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MISCONF)\b/;

/**
 * Sorts what a command failed with; an unknown reply (say BAD_ARGUMENT) is a bug and stays as it is, but for the
 * arguments that the client hangs on its errors: those of a sign-in are the worker's secret, and whatever prints an
 * error prints them.
 */
export function toQueueError(error: unknown): Error {
  if (error instanceof QueueLost || error instanceof QueueAway) return error;
  if (!(error instanceof Error)) return new QueueAway(error);
  if ("command" in error) delete error.command;
  if (lost.test(error.message)) return new QueueLost(error);
  return error.name !== "ReplyError" || away.test(error.message) ? new QueueAway(error) : error;
}
