import type { OutcomeErrorClass, OutcomeStatus } from "../queue/outcome.ts";

/** How an ended attempt counts for the worker that had it. */
export type CountedAs = "succeeded" | "failed" | "crashed";

/**
 * Null where it says nothing about the worker: the input was at fault, somebody else's limit was met, or the
 * job was stopped because nobody wanted it any more.
 */
export function countsAs(ended: {
  /** Null when the outcome was too large to be forwarded. */
  readonly status: OutcomeStatus | null;
  readonly stop: "cancel" | "wall_clock" | null;
  readonly errorClass: OutcomeErrorClass | null;
}): CountedAs | null {
  const { status, stop, errorClass } = ended;
  if (status === "cancelled") return stop === "wall_clock" ? "failed" : null;
  switch (errorClass) {
    case null:
      return status === "succeeded" || status === "incomplete" ? "succeeded" : null;
    case "crash":
      return "crashed";
    case "input_invalid":
    case "rate_limited":
      return null;
    case "transient":
    case "dependency_down":
    case "permanent":
      return "failed";
    default:
      return errorClass satisfies never;
  }
}
