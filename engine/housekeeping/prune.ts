import { pruneIdempotencyKeys } from "../../store/idempotency.ts";
import { pruneOutbox } from "../../store/outbox.ts";
import { withEngine } from "../../store/tenant.ts";
import { pruneTallies } from "../../store/workers/tallies.ts";
import { pruneWorkers } from "../../store/workers/watch.ts";
import type { Engine } from "../context.ts";

const outboxDays = 7;
const idempotencyHours = 24;
const leftWorkerHours = 24;
const silentWorkerDays = 3;
const tallyHours = 25;
const hourMs = 3_600_000;

/**
 * Removes what is kept for a time only: events after 7 days, idempotency keys after 24 hours, workers a day after
 * they left or three days after they were last heard of, and what they did after a day.
 */
export async function prune(engine: Engine): Promise<void> {
  await withEngine(engine.engine, async (tx, now) => {
    await pruneOutbox(tx, new Date(now.getTime() - outboxDays * 24 * hourMs));
    await pruneIdempotencyKeys(tx, new Date(now.getTime() - idempotencyHours * hourMs));
    await pruneWorkers(tx, {
      left: new Date(now.getTime() - leftWorkerHours * hourMs),
      silent: new Date(now.getTime() - silentWorkerDays * 24 * hourMs),
    });
    await pruneTallies(tx, new Date(now.getTime() - tallyHours * hourMs));
  });
}
