import { type Beats, createBeats } from "./beats.ts";
import { drain } from "./drain.ts";
import { createHand, type Hand } from "./hand.ts";
import type { Log } from "./log.ts";
import { backoffMs, pause } from "./pause.ts";
import type { ClaimedJob } from "./protocol.ts";
import { connectQueue } from "./connect-queue.ts";
import type { QueueConnection } from "./queue-connection.ts";
import { QueueAway, QueueLost } from "./queue-errors.ts";
import type { Registration } from "./register.ts";
import { type JobRunner, runJob } from "./run-job.ts";
import { createSettler, type Settler } from "./settler.ts";
import type { Slots } from "./slots.ts";

export interface SessionOptions {
  readonly registration: Registration;
  readonly secret: string;
  readonly runner: JobRunner;
  readonly slots: Slots;
  readonly log: Log;
  readonly drainGraceMs: number;
  /** Aborted when the worker shall finish what it has and leave. */
  readonly stopping: AbortSignal;
  /** Aborted when it shall leave now. */
  readonly hurry: AbortSignal;
  /** The engine asked this worker to drain. */
  readonly onDrain: () => void;
}

/**
 * Works under one registration until it is over: `stopped` after a drain, `lost` when the worker must register
 * again. What it had in hand is lost then: its handlers were told so.
 * @throws QueueAway when the queue could not be reached at all.
 */
export async function runSession(options: SessionOptions): Promise<"stopped" | "lost"> {
  const { registration, secret, runner, log, stopping } = options;
  const { metrics } = runner;
  const over = new AbortController();
  const hands = new Set<Hand>();
  let lostBy: QueueLost | undefined;
  const lose = (error: QueueLost) => {
    lostBy ??= error;
    over.abort();
  };
  const queue = await connectQueue({
    registration,
    engine: runner.engine,
    secret,
    kinds: Object.keys(runner.handlers),
    onLost: lose,
  });
  const beats = createBeats({ ...registration, queue, hands, onDrain: options.onDrain, metrics });
  const settler = createSettler({ queue, beats, log, metrics });

  /** Ends the session when a loop finds out that the registration is over; any other error is a bug. */
  const guard = async (loop: Promise<void>) => {
    try {
      await loop;
    } catch (error) {
      if (!(error instanceof QueueLost)) throw error;
      lose(error);
    }
  };
  const start = (job: ClaimedJob, now: number) => {
    const hand = createHand(job, now);
    hands.add(hand);
    options.slots.take();
    void work(hand, settler, options).finally(() => {
      hands.delete(hand);
      options.slots.give();
    });
  };

  const background = [guard(beats.run(over.signal)), guard(settler.run(over.signal))];
  try {
    const claiming = AbortSignal.any([stopping, over.signal]);
    await Promise.race([guard(claimUntil(claiming, queue, beats, start, options)), ...background]);
    if (!over.signal.aborted) await guard(drain({ ...options, queue, beats, hands, over: over.signal }));
  } finally {
    over.abort();
    for (const hand of hands) hand.stop("lost");
    settler.abandon();
    queue.close();
    await Promise.allSettled(background);
  }
  if (lostBy !== undefined) log("warn", "the registration is over", { reason: lostBy.message });
  return lostBy === undefined ? "stopped" : "lost";
}

/** One job from claim to settled. */
async function work(hand: Hand, settler: Settler, options: SessionOptions): Promise<void> {
  try {
    const outcome = await runJob(hand, options.runner);
    if (outcome !== undefined) await settler.settle(hand, outcome);
  } catch (error) {
    options.log("error", "a job ended without an outcome", { job: hand.job, error: String(error) });
  }
}

/** Claims whenever a slot is free; sleeps in the server while there is no work. @throws QueueLost */
async function claimUntil(
  signal: AbortSignal,
  queue: QueueConnection,
  beats: Beats,
  start: (job: ClaimedJob, now: number) => void,
  options: SessionOptions,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    await options.slots.untilFree(signal);
    if (signal.aborted) return;
    const free = options.slots.free;
    try {
      const now = performance.now();
      const reply = await queue.claim(free, signal);
      failures = 0;
      beats.setTimes(reply);
      for (const job of reply.jobs) start(job, now + reply.waitedMs);
      if (reply.word === "drain") options.onDrain();
      else if (reply.jobs.length < free) await queue.waitForWork(reply, signal);
    } catch (error) {
      if (!(error instanceof QueueAway)) throw error;
      options.runner.metrics.queueFailed();
      await pause(Math.max(backoffMs(failures++, 50, 1_000), error.retryAfterMs), signal);
    }
  }
}
