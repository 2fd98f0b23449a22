import { ApplicationFailure } from "@temporalio/common";
import { ZodError } from "zod";
import { DomainError, type ErrorCode } from "../model/errors.ts";

/** Codes that a later try can cure; the input is at fault in all others. */
const passing: ReadonlySet<ErrorCode> = new Set(["unavailable", "rate_limited", "conflict"]);

/**
 * The one mapper of errors to Temporal failures. What no retry can cure is non-retryable, so that the run
 * ends in `error` with a reason instead of trying for ever; everything else is thrown as it is, and tried
 * again. `type` becomes the run's error code.
 */
export function toFailure(error: unknown, type: string): unknown {
  if (error instanceof DomainError) {
    if (passing.has(error.code)) return error;
    return ApplicationFailure.create({ message: error.message, type, nonRetryable: true, cause: error });
  }
  if (error instanceof ZodError) {
    const message = `The stored request cannot be read: ${error.issues[0]?.message ?? "wrong shape"}`;
    return ApplicationFailure.create({ message, type, nonRetryable: true });
  }
  return error;
}
