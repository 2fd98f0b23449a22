import { z } from "zod";
import { queueLimits } from "./limits.ts";

/**
 * Why an attempt failed; the retry rules hang on it.
 * `transient`: another try may do. `rate_limited`: a try after `retryAfterSeconds` may do.
 * `dependency_down`: something the worker needs is away. `permanent`: no try will do.
 * `input_invalid`: the input is at fault. `crash`: the worker was lost; only the queue says so.
 */
export const outcomeErrorClasses = [
  "transient",
  "rate_limited",
  "dependency_down",
  "permanent",
  "input_invalid",
  "crash",
] as const;
export const outcomeErrorClass = z.enum(outcomeErrorClasses);
export type OutcomeErrorClass = z.infer<typeof outcomeErrorClass>;

export const outcomeError = z.object({
  class: outcomeErrorClass,
  /** For people and for failure signatures. */
  message: z
    .string()
    .max(queueLimits.errorMessageBytes)
    // PostgreSQL stores no NUL, and the text of an exception may well have one.
    .overwrite((text) => text.replaceAll("\0", "\uFFFD")),
  /** The exception's type or code where the worker knows one. */
  code: z.string().max(128).optional(),
  retryAfterSeconds: z.number().min(0).max(86_400).optional(),
});
export type OutcomeError = z.infer<typeof outcomeError>;

/** An artifact that the worker stored for this job because the result is too large for the queue. */
export const resultRef = z.object({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  bytes: z.int().min(0),
  name: z.string().min(1).max(128),
});
export type ResultRef = z.infer<typeof resultRef>;

const shared = {
  /** Any JSON; what it means is the job kind's business. */
  result: z.json().optional(),
  resultRef: resultRef.optional(),
  /** Milliseconds by the worker's clock, by phase: good for display, never for decisions. */
  durations: z.record(z.string().max(64), z.number().min(0)).optional(),
};

/**
 * What a worker says about one attempt. `failed` names its error, `incomplete` its reason (a short code such
 * as `no_sbom`, or a sentence). A result comes inline or by reference, never both.
 */
export const outcome = z
  .discriminatedUnion("status", [
    z.object({ status: z.literal("succeeded"), ...shared }),
    z.object({ status: z.literal("failed"), error: outcomeError, ...shared }),
    z.object({ status: z.literal("incomplete"), reason: z.string().min(1).max(1_024), ...shared }),
    z.object({ status: z.literal("cancelled"), ...shared }),
  ])
  .refine((value) => value.result === undefined || value.resultRef === undefined, {
    message: "result or resultRef, not both",
    path: ["resultRef"],
  });
export type Outcome = z.infer<typeof outcome>;
export type OutcomeStatus = Outcome["status"];

/**
 * Reads an outcome as it lies on the stream. A document that cannot be read still ends its attempt: it
 * becomes a `permanent` failure that says so.
 */
export function parseOutcome(text: string): Outcome {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return unreadable("it is not JSON");
  }
  const parsed = outcome.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return unreadable(issue ? `${issue.path.join(".") || "document"}: ${issue.message}` : "wrong shape");
}

function unreadable(why: string): Outcome {
  const message = `The worker sent an outcome that cannot be read: ${why}`;
  return {
    status: "failed",
    error: {
      class: "permanent",
      code: "OUTCOME_UNREADABLE",
      message: message.slice(0, queueLimits.errorMessageBytes),
    },
  };
}
