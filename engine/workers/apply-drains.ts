import type { JobQueue } from "../../platform/valkey/job-queue.ts";
import { type EngineTx, withEngine } from "../../store/tenant.ts";
import { listWantedDrains, lockDrains } from "../../store/workers/drains.ts";
import type { Engine } from "../context.ts";
import { listOpenPoolNames } from "../pools/find.ts";

const page = 1_000;

/**
 * Tells each queue which of its workers shall drain, and which may go on after all: PostgreSQL has the truth, the
 * queues forget. Done after each change and again and again, since a process may die between the commit and the
 * call. Whoever tells reads under one lock, so that what is told last is what was committed last.
 * @throws DomainError `unavailable`
 */
export async function applyDrains(engine: Engine): Promise<void> {
  const pools = await listOpenPoolNames(engine);
  await withEngine(engine.engine, async (tx) => {
    await lockDrains(tx);
    for (const pool of pools) await applyTo(engine.queues.of(pool), tx);
  });
}

async function applyTo(queue: JobQueue, tx: EngineTx): Promise<void> {
  const { workers } = await queue.workers();
  const isTold = new Map(workers.filter((one) => !one.hasLeft).map((one) => [one.worker, one.isDraining]));
  const ids = [...isTold.keys()];
  for (let at = 0; at < ids.length; at += page) {
    const wanted = await listWantedDrains(tx, ids.slice(at, at + page));
    const changed = wanted.filter((one) => isTold.get(one.worker_id) !== one.is_wanted);
    for (const isDraining of [true, false]) {
      const told = changed.filter((one) => one.is_wanted === isDraining).map((one) => one.worker_id);
      await queue.setDraining(told, isDraining);
    }
  }
}
