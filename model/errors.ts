/**
 * Why a request or a step could not be done: the closed set that every transport maps.
 * `platform/http/problem.ts` maps it to problem+json, `activities/failure.ts` to Temporal failures.
 */
export const errorCodes = [
  "bad_request", // cannot be read at all: malformed JSON, wrong encoding
  "invalid", // read, but a field is wrong
  "unauthenticated",
  "forbidden",
  "not_found", // unknown or foreign: both answer alike
  "method_not_allowed",
  "not_acceptable",
  "conflict", // the state of the resource forbids it
  "wrong_epoch", // a worker's registration is over: the queue was closed, lost or rebuilt
  "precondition_required", // If-Match is missing
  "precondition_failed", // If-Match is stale
  "too_large",
  "unsupported_media_type",
  "rate_limited",
  "unavailable", // a dependency is down; try again
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** One wrong field. `path` is written as in `components[17].purl`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/**
 * A failure that a caller may see: `message` is public and says what to do, `cause` stays in the log.
 * Anything else that is thrown is a bug and is shown as such, without its text.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { fields?: readonly FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "DomainError";
    this.code = code;
    this.fields = more.fields ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** The answer for an id that is unknown or belongs to another tenant: both look the same. */
export function notFound(what: string, id: string): DomainError {
  return new DomainError("not_found", `There is no ${what} ${JSON.stringify(id.slice(0, 100))}.`);
}

/** A field that was read and is wrong. */
export function invalidField(path: string, message: string): DomainError {
  return new DomainError("invalid", `${path}: ${message}`, { fields: [{ path, message }] });
}
