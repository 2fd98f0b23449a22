import type { EngineTx } from "./tenant.ts";

/** An event to be published, in the envelope that callers know. */
export interface OutboxEvent {
  readonly tenant: string;
  readonly eventId: string;
  readonly kind: string;
  readonly version: number;
  /** One for each transition: a second event with the same key is not written. */
  readonly idempotencyKey: string;
  readonly correlationId: string;
  readonly occurredAt: Date;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Writes an event in the transaction of the transition that it tells of. */
export async function enqueueEvent(tx: EngineTx, event: OutboxEvent): Promise<void> {
  const envelope = {
    eventId: event.eventId,
    kind: event.kind,
    version: event.version,
    tenant: event.tenant,
    occurredAt: event.occurredAt.toISOString(),
    source: "jobengine.scheduler",
    idempotencyKey: event.idempotencyKey,
    correlationId: event.correlationId,
    payload: event.payload,
  };
  await tx
    .insertInto("scheduler.outbox")
    .values({
      tenant_id: event.tenant,
      event_id: event.eventId,
      kind: event.kind,
      version: event.version,
      idempotency_key: event.idempotencyKey,
      envelope: JSON.stringify(envelope),
      occurred_at: event.occurredAt,
      published_at: null,
    })
    .onConflict((conflict) => conflict.columns(["tenant_id", "idempotency_key"]).doNothing())
    .execute();
}

/** Removes events older than `before`, published or not: the outbox is a buffer, the rows are the truth. */
export async function pruneOutbox(tx: EngineTx, before: Date): Promise<number> {
  const result = await tx.deleteFrom("scheduler.outbox").where("occurred_at", "<", before).executeTakeFirst();
  return Number(result.numDeletedRows);
}
