import { type ApiClient, createApiClient } from "./api-client.ts";
import { publishArtifact } from "./artifacts.ts";
import { type Hand, toJob } from "./hand.ts";
import type { Handlers, Job, JobContext } from "./handler.ts";
import type { JobEnd, Metrics } from "./metrics.ts";
import { encodeOutcome, type Outcome, outcomeOfError, outcomeOfReturn } from "./outcome.ts";
import { InvalidInput, Permanent } from "./outcome-words.ts";
import type { EngineAccess } from "./queue-connection.ts";
import type { Tracing } from "./tracing.ts";
import { createWatermark } from "./watermark.ts";

/** What jobs are run with. */
export interface JobRunner {
  readonly handlers: Handlers;
  readonly engine: EngineAccess;
  readonly metrics: Required<Metrics>;
  readonly tracing: Tracing;
}

/**
 * Runs the handler of a job and answers the outcome document to settle, or undefined when there is none to
 * send: the lease is gone, or the job was given back. Never throws. Once a job was told to stop its outcome
 * is `cancelled`, whatever the handler still returns.
 */
export async function runJob(hand: Hand, runner: JobRunner): Promise<string | undefined> {
  const startedAt = performance.now();
  const { kind } = hand.claimed;
  runner.metrics.jobStarted(kind);
  const outcome = await outcomeOfJob(hand, runner);
  const tookMs = performance.now() - startedAt;
  const errorClass = outcome.status === "failed" && hand.stopped === undefined ? outcome.error.class : "";
  runner.metrics.jobEnded(kind, endOf(hand, outcome), errorClass, tookMs / 1_000);
  if (hand.stopped === "lost" || hand.stopped === "shutdown") return undefined;
  const durations = { handlerMs: Math.round(tookMs) };
  const final: Outcome =
    hand.stopped === "cancel" ? { status: "cancelled", durations } : { ...outcome, durations };
  return await encodeOutcome(final, hand, apiOf(hand, runner, undefined));
}

function endOf(hand: Hand, outcome: Outcome): JobEnd {
  if (hand.stopped === "lost") return "lost";
  if (hand.stopped === "shutdown") return "released";
  return hand.stopped === "cancel" ? "cancelled" : outcome.status;
}

function apiOf(hand: Hand, { engine, tracing }: JobRunner, job: Job | undefined): ApiClient {
  const headers = () => (job === undefined ? {} : tracing.headers(job));
  return createApiClient(engine, hand.signal, headers);
}

async function outcomeOfJob(hand: Hand, runner: JobRunner): Promise<Outcome> {
  const { handlers, tracing } = runner;
  const handler = Object.hasOwn(handlers, hand.claimed.kind) ? handlers[hand.claimed.kind] : undefined;
  if (handler === undefined) {
    return outcomeOfError(new Permanent("This worker has no such kind.", { code: "KIND_UNKNOWN" }));
  }
  let job: Job;
  try {
    job = toJob(hand.claimed);
  } catch {
    return outcomeOfError(new InvalidInput("The job's payload is not JSON.", { code: "PAYLOAD_NOT_JSON" }));
  }
  const api = apiOf(hand, runner, job);
  const context: JobContext = {
    job,
    api,
    signal: hand.signal,
    progress: (progress) => hand.setProgress(progress),
    publishArtifact: async (name, source, mime) =>
      await publishArtifact(api, hand, hand.signal, name, source, mime),
    watermark: (name) => createWatermark(api, hand, name),
  };
  try {
    return outcomeOfReturn(await tracing.run(job, async () => await handler(job, context)));
  } catch (error) {
    return outcomeOfError(error);
  }
}
