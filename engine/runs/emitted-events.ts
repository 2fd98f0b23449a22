import { randomUUID } from "node:crypto";
import type { OutboxEvent } from "../../store/outbox.ts";
import type { RunRow } from "../../store/runs/rows.ts";
import { listDeltas } from "../../store/results/list-deltas.ts";
import type { TenantTx } from "../../store/tenant.ts";

/** Deltas told in the event itself; the rest is behind the run's `deltas`. */
const deltasInEvent = 100;

/** What a closing run tells the world: `scheduler.run.completed@1`, and `scheduler.rescan.delta@1` if images changed. */
export async function runEvents(tx: TenantTx, now: Date, run: RunRow): Promise<OutboxEvent[]> {
  const event = (kind: string, payload: Record<string, unknown>): OutboxEvent => ({
    tenant: run.tenant_id,
    eventId: randomUUID(),
    kind,
    version: 1,
    idempotencyKey: `${kind}:${run.run_id}`,
    correlationId: run.correlation_id,
    occurredAt: now,
    payload,
  });
  const completed = event("scheduler.run.completed", {
    runId: run.run_id,
    scheduleId: run.schedule_id,
    trigger: run.trigger,
    state: run.state,
    counts: {
      planned: run.images_planned,
      succeeded: run.images_succeeded,
      failed: run.images_failed,
      incomplete: run.images_incomplete,
      cancelled: run.images_cancelled,
    },
    ...(run.error_code !== null && { error: { code: run.error_code, message: run.error_message } }),
  });
  if (run.images_changed === 0) return [completed];
  const deltas = await listDeltas(
    tx,
    { tenant: run.tenant_id, runId: run.run_id, afterImageId: 0 },
    deltasInEvent,
  );
  return [
    completed,
    event("scheduler.rescan.delta", {
      runId: run.run_id,
      scheduleId: run.schedule_id,
      imagesChanged: run.images_changed,
      newFindings: run.new_findings,
      newCritical: run.new_critical,
      newHigh: run.new_high,
      fixed: run.fixed_findings,
      images: deltas.map(({ imageId: _, ...delta }) => delta),
      isTruncated: run.images_changed > deltas.length,
    }),
  ];
}
