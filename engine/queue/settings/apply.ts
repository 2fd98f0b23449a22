import type { PauseName } from "../../../model/queue/pause-subject.ts";
import { listQueueKeys } from "../../../store/queue-keys.ts";
import { listQueueLimits, listQueuePauses, lockQueueSettings } from "../../../store/queue-settings.ts";
import { withEngine } from "../../../store/tenant.ts";
import type { PoolEngine } from "../../context.ts";

/**
 * Tells the queue every weight, cap, limit of a key and pause that PostgreSQL holds: after each change, before
 * the queue opens, since its server forgets, and with each reconciliation, since a process may die between the
 * commit and the call. Whoever tells reads under one lock, so that what is told last is what was committed last.
 */
export async function applyQueueSettings(engine: PoolEngine): Promise<void> {
  const { pool: queue } = engine;
  await withEngine(engine.engine, async (tx) => {
    await lockQueueSettings(tx, queue);
    const limits = await listQueueLimits(tx, queue);
    const keys = await listQueueKeys(tx, queue);
    const pauses = await listQueuePauses(tx, queue);
    await engine.queue.limitTenants(
      limits.map(({ tenant, weight, max_leased: maxLeased }) => ({ tenant, weight, maxLeased })),
    );
    await engine.queue.limitKeys(
      keys.map(({ key, max_leased: maxLeased, per_second: perSecond, burst }) => ({
        key,
        maxLeased,
        perSecond,
        burst,
      })),
    );
    await engine.queue.setPauses(
      pauses.map(({ subject, reason }) => ({ what: subject as PauseName, reason })),
    );
  });
}
