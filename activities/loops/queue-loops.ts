import type { PoolEngine } from "../../engine/context.ts";
import { reconcile } from "../../engine/queue/reconcile.ts";
import { ingestResults } from "../../engine/results/ingest-stream.ts";
import { type Loop, startLoop } from "./loop.ts";

const reconcileMs = 30_000;

/**
 * What the scheduler-worker does for the queue of a pool, any number of times in any number of processes: results
 * into PostgreSQL, the queue's clock, the comparison of both. A queue that was lost is rebuilt by
 * whichever loop meets it first.
 */
export function startQueueLoops(engine: PoolEngine, ensureOpen: () => Promise<void>): readonly Loop[] {
  const { log, pool, queue } = engine;
  const options = (name: string) => ({ name: `${name} ${pool}`, log, recover: ensureOpen });
  return [
    startLoop(options("ingest"), async () => {
      await ingestResults(engine);
      return 0;
    }),
    startLoop(options("tick"), async () => (await queue.tick()).nextDueMs),
    startLoop(options("reconcile"), async () => {
      const mended = await reconcile(engine);
      if (mended.resent + mended.dropped > 0) log.info({ pool, mended }, "Reconciled the queue.");
      return reconcileMs;
    }),
  ];
}
