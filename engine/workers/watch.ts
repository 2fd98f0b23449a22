import { withEngine } from "../../store/tenant.ts";
import { endOutlived, recordSightings } from "../../store/workers/watch.ts";
import type { Engine } from "../context.ts";
import { applyDrains } from "./apply-drains.ts";
import { readFleet } from "./fleet.ts";
import { readPools } from "./pools.ts";

const page = 1_000;

/**
 * Writes down whom the queue has heard of, since it forgets; repeats drains that it may have missed; sets the
 * gauges of workers. Safe at any time and in any number. @throws DomainError `unavailable`
 */
export async function watchWorkers(engine: Engine): Promise<void> {
  const { seen, alive } = await readFleet(engine);
  const isAlive = new Set(alive.map((one) => one.worker));
  await withEngine(engine.engine, async (tx, now) => {
    const sightings = [...seen.values()].map(({ worker, at, hasLeft }) => ({
      workerId: worker,
      at,
      hasLeft,
      isSilent: !isAlive.has(worker),
    }));
    for (let at = 0; at < sightings.length; at += page) {
      await recordSightings(tx, sightings.slice(at, at + page));
    }
    await endOutlived(tx, now);
  });
  await applyDrains(engine);
  const { workers } = engine.metrics;
  workers.reset();
  for (const pool of await readPools(engine)) {
    for (const [state, count] of Object.entries(pool.workers)) workers.set({ pool: pool.name, state }, count);
  }
}
