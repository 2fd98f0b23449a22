import type { Beats } from "./beats.ts";
import type { Hand } from "./hand.ts";
import type { Log } from "./log.ts";
import { pause } from "./pause.ts";
import type { QueueConnection } from "./queue-connection.ts";
import { QueueAway } from "./queue-errors.ts";

/** How often a draining worker looks whether its hands are empty. */
const lookMs = 20;
/** How long outcomes that are ready may take to be sent after the grace is over. */
const lastSendMs = 3_000;

/**
 * Leaves in order: takes nothing new, lets the handlers finish within the grace, then gives back what still
 * runs (which costs the job nothing) and says goodbye.
 * @throws QueueLost
 */
export async function drain(options: {
  queue: QueueConnection;
  beats: Beats;
  hands: ReadonlySet<Hand>;
  over: AbortSignal;
  hurry: AbortSignal;
  drainGraceMs: number;
  log: Log;
}): Promise<void> {
  const { queue, beats, hands, over, hurry, drainGraceMs, log } = options;
  const untilEmpty = async (limitMs: number, signal: AbortSignal) => {
    const end = performance.now() + limitMs;
    while (hands.size > 0 && performance.now() < end && !signal.aborted) await pause(lookMs, signal);
  };

  log("info", "draining", { jobs: hands.size });
  await attempt(async () => await queue.claim(0, over));
  await untilEmpty(drainGraceMs, AbortSignal.any([over, hurry]));
  const left = [...hands].filter((hand) => !hand.isSettling);
  if (left.length > 0) {
    for (const hand of left) hand.stop("shutdown");
    await attempt(async () => await queue.release(left));
    log("info", "gave jobs back", { jobs: left.length });
  }
  await untilEmpty(lastSendMs, over);
  await beats.end();
  await attempt(async () => await queue.leave());
}

/** Without the server the leases end by themselves; that is what they are for. */
async function attempt(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof QueueAway)) throw error;
  }
}
