import { pruneIdempotencyKeys } from "../../store/idempotency.ts";
import { pruneOutbox } from "../../store/outbox.ts";
import { withEngine } from "../../store/tenant.ts";
import type { Engine } from "../context.ts";

const outboxDays = 7;
const idempotencyHours = 24;
const hourMs = 3_600_000;

/** Removes what is kept for a time only: events after 7 days, idempotency keys after 24 hours. */
export async function prune(engine: Engine): Promise<void> {
  await withEngine(engine.engine, async (tx, now) => {
    await pruneOutbox(tx, new Date(now.getTime() - outboxDays * 24 * hourMs));
    await pruneIdempotencyKeys(tx, new Date(now.getTime() - idempotencyHours * hourMs));
  });
}
