import { createBell } from "./bell.ts";
import type { Beats } from "./beats.ts";
import type { Hand } from "./hand.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { backoffMs, pause } from "./pause.ts";
import { protocol } from "./protocol.ts";
import type { QueueConnection } from "./queue-connection.ts";
import { QueueAway } from "./queue-errors.ts";

interface Pending {
  readonly hand: Hand;
  readonly outcome: string;
  readonly done: () => void;
}

export interface Settler {
  /** Resolves when the queue has taken the outcome, or when the job turned out to be lost. */
  settle(hand: Hand, outcome: string): Promise<void>;
  /** Sends until the signal is aborted. @throws QueueLost */
  run(signal: AbortSignal): Promise<void>;
  /** Gives up what was not sent: the registration is over, nothing would be accepted. */
  abandon(): void;
}

/**
 * Sends outcomes in batches: what ends while one call is under way goes with the next. A call whose answer
 * was lost is repeated; the queue answers `known` for what it took the first time.
 */
export function createSettler(options: {
  queue: QueueConnection;
  beats: Beats;
  log: Log;
  metrics: Required<Metrics>;
}): Settler {
  const { queue, beats, log, metrics } = options;
  let pending: Pending[] = [];
  const bell = createBell();
  let isAbandoned = false;

  function dropLost(): void {
    for (const item of pending) if (item.hand.stopped === "lost") item.done();
    pending = pending.filter((item) => item.hand.stopped !== "lost");
  }

  async function send(): Promise<void> {
    // The beat that is joined may have been sent before the silence: its answer says nothing of now, the next one's does.
    for (let beat = 0; beat < 2 && pending.some((item) => !beats.mayPublish(item.hand)); beat++) {
      await beats.beatNow();
      dropLost();
    }
    dropLost();
    const batch = nextBatch(pending);
    if (batch.length === 0) return;
    const verdicts = await queue.settle(
      batch.map(({ hand, outcome }) => ({
        job: hand.job,
        attempt: hand.attempt,
        lease: hand.lease,
        outcome,
      })),
    );
    pending = pending.slice(batch.length);
    for (const [i, item] of batch.entries()) {
      const verdict = verdicts[i];
      metrics.outcomesSent(verdict ?? "unknown", 1);
      if (verdict !== "accepted" && verdict !== "known") {
        log("warn", "an outcome was not accepted", {
          job: item.hand.job,
          attempt: item.hand.attempt,
          verdict,
        });
      }
      item.done();
    }
  }

  return {
    async settle(hand, outcome) {
      if (isAbandoned || hand.stopped === "lost" || hand.stopped === "shutdown") return;
      hand.isSettling = true;
      await new Promise<void>((done) => {
        pending.push({ hand, outcome, done });
        bell.ring();
      });
    },
    abandon() {
      isAbandoned = true;
      for (const item of pending) item.done();
      pending = [];
    },
    async run(signal) {
      let failures = 0;
      while (!signal.aborted) {
        if (pending.length === 0) {
          await bell.wait(signal);
          continue;
        }
        try {
          await send();
          failures = 0;
        } catch (error) {
          if (!(error instanceof QueueAway)) throw error;
          metrics.queueFailed();
          await pause(Math.max(backoffMs(failures++, 50, 1_000), error.retryAfterMs), signal);
          dropLost();
        }
      }
    },
  };
}

/** What an outcome takes beside its own text in a call, ids and names included. */
const bytesAround = 250;

/** The first outcomes that fit into one call, by whatever transport: over HTTPS they are texts inside JSON. */
function nextBatch(pending: readonly Pending[]): Pending[] {
  let bytes = 0;
  let count = 0;
  for (const { outcome } of pending) {
    bytes += Buffer.byteLength(JSON.stringify(outcome)) + bytesAround;
    if (count > 0 && bytes > protocol.settleBytes) break;
    count += 1;
    if (count === protocol.settleItems) break;
  }
  return pending.slice(0, count);
}
