import type { Engine } from "../../engine/context.ts";
import { measureActive } from "../../engine/observe.ts";
import { reconcile } from "../../engine/queue/reconcile.ts";
import { prune } from "../../engine/housekeeping/prune.ts";
import { ingestResults } from "../../engine/results/ingest-stream.ts";
import { ensureTickers } from "../../engine/schedules/ensure-tickers.ts";
import { watchWorkers } from "../../engine/workers/watch.ts";
import { type Loop, startLoop } from "./loop.ts";

const reconcileMs = 30_000;
const measureMs = 10_000;
const watchMs = 10_000;
const pruneMs = 10 * 60_000;

/**
 * What the scheduler-worker does beside workflows, each any number of times in any number of processes:
 * results into PostgreSQL, the queue's clock, the comparison of both, a look at the workers, old rows out. A queue that was lost
 * is rebuilt by whichever loop meets it first.
 */
export function startQueueLoops(engine: Engine, ensureOpen: () => Promise<void>): readonly Loop[] {
  const { log, queue } = engine;
  const options = (name: string) => ({ name, log, recover: ensureOpen });
  return [
    startLoop(options("ingest"), async () => {
      await ingestResults(engine);
      return 0;
    }),
    startLoop(options("tick"), async () => (await queue.tick()).nextDueMs),
    startLoop(options("reconcile"), async () => {
      const mended = await reconcile(engine);
      if (mended.resent + mended.dropped + mended.signalled > 0)
        log.info({ mended }, "Reconciled the queue.");
      return reconcileMs;
    }),
    startLoop(options("watch workers"), async () => {
      await watchWorkers(engine);
      return watchMs;
    }),
    startLoop({ name: "tickers", log }, async () => {
      await ensureTickers(engine);
      return reconcileMs;
    }),
    startLoop({ name: "prune", log }, async () => {
      await prune(engine);
      return pruneMs;
    }),
    startLoop({ name: "measure", log }, async () => {
      await measureActive(engine);
      return measureMs;
    }),
  ];
}
