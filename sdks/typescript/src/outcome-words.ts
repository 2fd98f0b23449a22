/**
 * How a handler says what became of its job. A plain return is success, a plain exception a `transient`
 * failure that the engine tries again; the words here say more.
 */

/** What the worker knows about a failure; `crash` is missing because only the queue can say it. */
export type ErrorClass = "transient" | "rate_limited" | "dependency_down" | "permanent" | "input_invalid";

/** The base of the typed failures; `code` is a short stable word for grouping. */
export abstract class JobFailure extends Error {
  abstract readonly class: ErrorClass;
  readonly code: string | undefined;

  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
  }
}

/** Come back after this many seconds: a quota is spent, a server said 429. */
export class RetryAfter extends JobFailure {
  override readonly class = "rate_limited";
  readonly seconds: number;

  constructor(
    seconds: number,
    message = `Try again after ${seconds} s.`,
    options: { code?: string; cause?: unknown } = {},
  ) {
    super(message, options);
    if (!(seconds >= 0)) throw new RangeError("RetryAfter takes seconds, 0 or more.");
    this.seconds = Math.min(seconds, 86_400);
  }
}

/** No further try will help. */
export class Permanent extends JobFailure {
  override readonly class = "permanent";
}

/** Something that the worker needs cannot be reached. */
export class DependencyDown extends JobFailure {
  override readonly class = "dependency_down";
}

/** The job's input is at fault. */
export class InvalidInput extends JobFailure {
  override readonly class = "input_invalid";
}

/** See `incomplete`. */
export class Incomplete {
  readonly reason: string;
  readonly result: unknown;

  constructor(reason: string, result: unknown) {
    this.reason = reason;
    this.result = result;
  }
}

/**
 * To be returned when the work was done as far as it goes and an honest answer has a gap, say `no_sbom`.
 * @param reason a short code or a sentence, at most 1,024 characters.
 */
export function incomplete(reason: string, result?: unknown): Incomplete {
  return new Incomplete(reason, result);
}
