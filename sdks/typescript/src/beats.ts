import type { Hand } from "./hand.ts";
import type { Metrics } from "./metrics.ts";
import type { BeatReply } from "./protocol.ts";
import { pause, unlessAborted } from "./pause.ts";
import type { QueueConnection } from "./queue-connection.ts";
import { QueueAway } from "./queue-errors.ts";

/** How long a worker that leaves waits for the answer to its last beat. */
const lastBeatMs = 1_000;

export interface Beats {
  /** Beats until the signal is aborted. @throws QueueLost */
  run(signal: AbortSignal): Promise<void>;
  /** Beats now, or joins the beat that is under way. @throws QueueLost, QueueAway */
  beatNow(): Promise<void>;
  /** A worker that missed two beats must ask before it publishes: its job may be another's by now. */
  mayPublish(hand: Hand): boolean;
  setTimes(times: { leaseMs: number; beatMs: number }): void;
  /**
   * Beats no more, and waits for one that is under way, but not for a server that is silent: a beat after the goodbye
   * would make the worker known again.
   */
  end(): Promise<void>;
}

/** Keeps the leases of all jobs in hand, whatever their handlers do, and passes on what the queue says. */
export function createBeats(options: {
  queue: QueueConnection;
  hands: ReadonlySet<Hand>;
  leaseMs: number;
  beatMs: number;
  onDrain: () => void;
  metrics: Required<Metrics>;
}): Beats {
  const { queue, hands, onDrain, metrics } = options;
  let { leaseMs, beatMs } = options;
  let underWay: Promise<void> | undefined;
  let isEnded = false;
  let heardAt = performance.now();
  let sooner = new AbortController();

  function setTimes(times: { leaseMs: number; beatMs: number }): void {
    const isSooner = times.beatMs < beatMs;
    ({ leaseMs, beatMs } = times);
    if (isSooner) sooner.abort();
  }

  /** Sleeps until a beat is due. A shorter interval that is told meanwhile counts from the same start. */
  async function untilDue(signal: AbortSignal): Promise<void> {
    const since = performance.now();
    for (let leftMs = beatMs; leftMs > 0 && !signal.aborted; leftMs = since + beatMs - performance.now()) {
      sooner = new AbortController();
      await pause(leftMs, AbortSignal.any([signal, sooner.signal]));
    }
  }

  async function beat(): Promise<void> {
    const sentAt = performance.now();
    const asked = [...hands].filter((hand) => hand.stopped !== "lost");
    let reply: BeatReply;
    try {
      reply = await queue.beat(
        asked.map((hand) => ({
          job: hand.job,
          attempt: hand.attempt,
          lease: hand.lease,
          progress: hand.takeProgress(),
        })),
      );
    } catch (error) {
      metrics.beat((performance.now() - sentAt) / 1_000, false);
      throw error;
    }
    metrics.beat((performance.now() - sentAt) / 1_000, true);
    // Whoever was silent for a lease is not woken any more: it must claim again to be idle.
    if (performance.now() - heardAt > leaseMs) queue.endSleep();
    heardAt = sentAt;
    setTimes(reply);
    for (const [i, hand] of asked.entries()) {
      const verdict = reply.verdicts[i];
      if (verdict === "lost") hand.stop("lost");
      else hand.renewedAt = sentAt;
      if (verdict === "cancel") hand.stop("cancel");
    }
    if (reply.word === "drain") onDrain();
  }

  async function beatNow(): Promise<void> {
    if (isEnded) return;
    underWay ??= beat().finally(() => {
      underWay = undefined;
    });
    await underWay;
  }

  /** No beat came through for a whole lease: the server has given these jobs up, so do we. */
  function loseSilent(): void {
    const now = performance.now();
    for (const hand of hands) if (now - hand.renewedAt > leaseMs) hand.stop("lost");
  }

  return {
    beatNow,
    async run(signal) {
      while (!signal.aborted) {
        await untilDue(signal);
        if (signal.aborted) return;
        try {
          await beatNow();
        } catch (error) {
          if (!(error instanceof QueueAway)) throw error;
          metrics.queueFailed();
          loseSilent();
          await pause(Math.min(beatMs / 2, Math.max(500, error.retryAfterMs)), signal);
        }
      }
    },
    mayPublish: (hand) => performance.now() - hand.renewedAt <= 2 * beatMs,
    setTimes,
    async end() {
      isEnded = true;
      if (underWay !== undefined) await unlessAborted(underWay, AbortSignal.timeout(lastBeatMs));
    },
  };
}
