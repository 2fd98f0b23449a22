import { createApiClient } from "./api-client.ts";
import { putArtifact } from "./artifacts.ts";
import { type Hand, toJob } from "./hand.ts";
import type { Handlers, Job } from "./handler.ts";
import { encodeOutcome, type Outcome, outcomeOfError, outcomeOfReturn } from "./outcome.ts";
import { InvalidInput, Permanent } from "./outcome-words.ts";

/**
 * Runs the handler of a job and answers the outcome document to settle, or undefined when there is none to
 * send: the lease is gone, or the job was given back. Never throws. Once a job was told to stop its outcome
 * is `cancelled`, whatever the handler still returns.
 */
export async function runJob(
  hand: Hand,
  handlers: Handlers,
  engine: { apiUrl: string; workerKey: string },
): Promise<string | undefined> {
  const startedAt = performance.now();
  const api = createApiClient(engine.apiUrl, engine.workerKey, hand.signal);
  const outcome = await outcomeOfHandler(hand, handlers, api);
  if (hand.stopped === "lost" || hand.stopped === "shutdown") return undefined;
  const durations = { handlerMs: Math.round(performance.now() - startedAt) };
  const final: Outcome =
    hand.stopped === "cancel" ? { status: "cancelled", durations } : { ...outcome, durations };
  return await encodeOutcome(final, hand, api);
}

async function outcomeOfHandler(
  hand: Hand,
  handlers: Handlers,
  api: ReturnType<typeof createApiClient>,
): Promise<Outcome> {
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
  try {
    const value: unknown = await handler(job, {
      job,
      api,
      signal: hand.signal,
      progress: (progress) => hand.setProgress(progress),
      putArtifact: async (name, bytes, contentType) => await putArtifact(api, hand, name, bytes, contentType),
    });
    return outcomeOfReturn(value);
  } catch (error) {
    return outcomeOfError(error);
  }
}
