import type { ApiClient } from "./api-client.ts";
import { type Artifact, publishArtifact } from "./artifacts.ts";
import type { Hand } from "./hand.ts";
import { DependencyDown, type ErrorClass, Incomplete, JobFailure, RetryAfter } from "./outcome-words.ts";
import { protocol } from "./protocol.ts";

/** The outcome document of the protocol, as this SDK writes it. */
export type Outcome =
  | { status: "succeeded"; result?: unknown; resultRef?: ResultRef; durations?: Durations }
  | { status: "incomplete"; reason: string; result?: unknown; resultRef?: ResultRef; durations?: Durations }
  | { status: "failed"; error: OutcomeError; durations?: Durations }
  | { status: "cancelled"; durations?: Durations };

export interface OutcomeError {
  readonly class: ErrorClass;
  readonly message: string;
  readonly code?: string;
  readonly retryAfterSeconds?: number;
}

/** An artifact that stands for the result. */
type ResultRef = Pick<Artifact, "name" | "digest" | "bytes">;

type Durations = Readonly<Record<string, number>>;

/** What a handler's return value means. */
export function outcomeOfReturn(value: unknown): Outcome {
  if (value instanceof Incomplete) {
    const reason = value.reason.slice(0, 1_024) || "unspecified";
    return { status: "incomplete", reason, ...(value.result === undefined ? {} : { result: value.result }) };
  }
  return value === undefined ? { status: "succeeded" } : { status: "succeeded", result: value };
}

/** What an exception means: the typed ones say it, any other is `transient` and carries a shortened stack. */
export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof JobFailure) {
    const retryAfterSeconds = error instanceof RetryAfter ? error.seconds : undefined;
    return failed(error.class, error.message, error.code, retryAfterSeconds);
  }
  if (!(error instanceof Error)) return failed("transient", String(error), "NOT_AN_ERROR");
  const code = (error as { code?: unknown }).code;
  return failed("transient", stackOf(error), typeof code === "string" ? code : error.name);
}

function failed(class_: ErrorClass, message: string, code?: string, retryAfterSeconds?: number): Outcome {
  const short = cutToBytes(message, protocol.maxErrorMessageBytes);
  return {
    status: "failed",
    error: {
      class: class_,
      message: short,
      ...(code === undefined ? {} : { code: code.slice(0, 128) }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  };
}

/** The message and the first frames: enough to find the place, little enough to store a million times. */
function stackOf(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [`${error.name}: ${error.message}`, ...frames.slice(0, 5).map((line) => line.trim())].join("\n");
}

/** Cuts text so that it has at most this many UTF-8 bytes, never inside a character. */
export function cutToBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\uFFFD+$/u, "");
}

/**
 * The outcome as it goes on the wire. A result that makes the document larger than the queue takes is stored
 * as the artifact `result.json` and sent by reference; when that fails, the outcome is that failure.
 */
export async function encodeOutcome(outcome: Outcome, hand: Hand, api: ApiClient): Promise<string> {
  let text: string;
  try {
    text = JSON.stringify(outcome);
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown";
    return JSON.stringify(
      failed("permanent", `The handler's result has no JSON form: ${why}`, "RESULT_NOT_JSON"),
    );
  }
  if (Buffer.byteLength(text) <= protocol.maxOutcomeBytes || !("result" in outcome)) return text;
  const { result, ...rest } = outcome;
  try {
    const text = Buffer.from(JSON.stringify(result));
    const stored = await publishArtifact(api, hand, hand.signal, "result.json", text, "application/json");
    const { name, digest, bytes } = stored;
    const resultRef: ResultRef = { name, digest, bytes };
    return JSON.stringify({ ...rest, resultRef });
  } catch (error) {
    const failure = new DependencyDown("The result could not be stored.", {
      cause: error,
      code: "RESULT_NOT_STORED",
    });
    return JSON.stringify(outcomeOfError(failure));
  }
}
