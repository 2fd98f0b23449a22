import { retryAfterMsOf } from "./http-answer.ts";
import { backoffMs, pause, unlessAborted } from "./pause.ts";
import {
  type BeatReply,
  type ClaimReply,
  protocol,
  type ReleaseVerdict,
  type SettleVerdict,
} from "./protocol.ts";
import type { EngineAccess, QueueConnection } from "./queue-connection.ts";
import { QueueAway, QueueLost } from "./queue-errors.ts";
import type { HttpsRegistration } from "./register.ts";

/** How long an idle worker lets its claim wait, where the engine allows so much. */
const idleMs = 20_000;
/** How long a call may take, beside the time that it was asked to wait. */
const callMs = 10_000;
/** How long a claim that waits may take to end once another one has asked for it. */
const endMs = 1_000;

/** The same functions, called by the engine: PROTOCOL.md, "The HTTPS transport". Opens nothing by itself. */
export function connectHttpsQueue(options: {
  readonly registration: HttpsRegistration;
  readonly engine: EngineAccess;
  readonly kinds: readonly string[];
}): QueueConnection {
  const { registration, engine, kinds } = options;
  const { workerId, epoch } = registration;
  const base = `${engine.apiUrl.replace(/\/+$/, "")}${registration.path}`;
  const mostWaitMs = Math.min(idleMs, registration.waitMs);
  const closed = new AbortController();
  // The first claim does not wait: its answer tells the times by which the worker has to beat.
  let waitMs = 0;
  let emptyAtOnce = 0;
  let claimSentAt = 0;

  async function call<Reply>(
    name: string,
    fields: object,
    signal: AbortSignal,
    limitMs = callMs,
  ): Promise<Reply> {
    const response = await send(name, JSON.stringify({ workerId, epoch, ...fields }), signal, limitMs);
    const text = await response.text().catch((error: unknown) => {
      throw new QueueAway(error);
    });
    if (!response.ok) throw toQueueError(name, response, text);
    if (text === "") return undefined as Reply;
    try {
      return JSON.parse(text) as Reply;
    } catch (error) {
      // Something on the way answered in the engine's place.
      throw new QueueAway(error);
    }
  }

  async function send(name: string, body: string, signal: AbortSignal, limitMs: number): Promise<Response> {
    try {
      return await engine.fetch(`${base}/${name}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${engine.workerKey}`,
          "content-type": "application/json",
          accept: "application/json",
        },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
      });
    } catch (error) {
      throw new QueueAway(error);
    }
  }

  /** Tells the engine that nothing more is wanted, which ends a claim that waits. */
  async function endClaim(): Promise<void> {
    await call("claim", { free: 0, kinds }, closed.signal).catch(() => undefined);
  }

  return {
    async claim(free, signal) {
      const hangUp = new AbortController();
      const either = AbortSignal.any([closed.signal, hangUp.signal]);
      claimSentAt = performance.now();
      const fields = { free, kinds, waitSeconds: free > 0 ? waitMs / 1_000 : 0 };
      const claim = call<ClaimReply>("claim", fields, either, waitMs + callMs);
      if (free > 0) {
        waitMs = mostWaitMs;
        await unlessAborted(claim, signal);
        if (signal.aborted) {
          await endClaim();
          void pause(endMs, closed.signal).then(() => hangUp.abort());
        }
      }
      return await claim;
    },
    beat: async (jobs) => {
      const whole = {
        jobs: jobs.map(({ job, attempt, lease, progress }) => ({ job, attempt, lease, progress })),
      };
      // Progress is only shown: where all of it would be too much, none goes.
      const fits = Buffer.byteLength(JSON.stringify(whole)) <= protocol.callBytes;
      const bare = { jobs: jobs.map(({ job, attempt, lease }) => ({ job, attempt, lease })) };
      return await call<BeatReply>("beat", fits ? whole : bare, closed.signal);
    },
    settle: async (outcomes) => {
      const jobs = outcomes.map(({ job, attempt, lease, outcome }) => ({ job, attempt, lease, outcome }));
      return (await call<{ verdicts: SettleVerdict[] }>("settle", { jobs }, closed.signal)).verdicts;
    },
    release: async (leases) => {
      const jobs = leases.map(({ job, attempt, lease }) => ({ job, attempt, lease }));
      return (await call<{ verdicts: ReleaseVerdict[] }>("release", { jobs }, closed.signal)).verdicts;
    },
    async leave() {
      await call("leave", {}, closed.signal);
    },
    async waitForWork({ retryAfterMs, jobs }, signal) {
      if (retryAfterMs > 0) return await pause(retryAfterMs, signal);
      // The claim has waited already. One that comes back empty at once, again and again, must not become a storm.
      const isAtOnce = jobs.length === 0 && performance.now() - claimSentAt < 500;
      emptyAtOnce = isAtOnce ? emptyAtOnce + 1 : 0;
      if (emptyAtOnce > 1) await pause(backoffMs(emptyAtOnce, 50, 2_000), signal);
    },
    endSleep: () => void endClaim(),
    close: () => closed.abort(),
  };
}

function toQueueError(name: string, response: Response, text: string): Error {
  const { status } = response;
  const error = new Error(`${name} was answered ${status}: ${text.slice(0, 200)}`);
  // 404: the engine does not know this registration (any more), or something else stands in its place.
  if ([401, 403, 404, 409].includes(status)) return new QueueLost(error);
  if (status === 429 || status === 408 || status >= 500)
    return new QueueAway(error, retryAfterMsOf(response));
  return error;
}
