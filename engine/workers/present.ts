import { toTimestamp } from "../../model/time/timestamp.ts";
import { type WorkerState, workerState } from "../../model/workers/worker.ts";
import type { SeenWorker } from "../../platform/valkey/job-queue.ts";
import type { WorkerRow } from "../../store/workers/rows.ts";
import type { WorkerDocument } from "./documents.ts";
import type { Fleet } from "./fleet.ts";

/** What a worker is now; what its queue says stands before what was written down. */
export function stateOf(row: WorkerRow, fleet: Fleet, now: Date): WorkerState {
  const seen = fleet.seen.get(row.worker_id);
  const heardAt = row.last_heard_at ?? row.registered_at;
  return workerState({
    hasLeft: hasLeft(row, seen),
    isOutlived: seen === undefined && row.epoch !== "" && row.epoch !== row.queue_epoch,
    silentMs: seen?.silentMs ?? now.getTime() - heardAt.getTime(),
    leaseMs: fleet.leaseMsOf(row.pool),
    isDraining: seen?.isDraining ?? (row.drain_reason ?? row.pool_drain_reason) !== null,
  });
}

/** A goodbye, or a registration that took the place of this one, unless it was heard of after that. */
function hasLeft({ left_at: leftAt }: WorkerRow, seen: SeenWorker | undefined): boolean {
  return seen?.hasLeft === true || (leftAt !== null && (seen === undefined || seen.at <= leftAt));
}

/** A worker without its records; hosts and the jobs of others are the operators' to see. */
export function presentWorker(
  row: WorkerRow,
  { fleet, now, isOperator }: { readonly fleet: Fleet; readonly now: Date; readonly isOperator: boolean },
): Omit<WorkerDocument, "attempts" | "isSick" | "lateResults"> {
  const seen = fleet.seen.get(row.worker_id);
  const state = stateOf(row, fleet, now);
  const drain = drainOf(row);
  const heardAt = (seen?.hasLeft === false ? seen.at : undefined) ?? row.last_heard_at;
  const leftAt = state === "left" ? ((seen?.hasLeft ? seen.at : undefined) ?? row.left_at) : null;
  return {
    id: row.worker_id,
    pool: row.pool,
    state,
    ...(drain && { drain }),
    ...(isOperator && row.host !== "" && { host: row.host }),
    sdk: toSdk(row.sdk),
    ...(row.build !== "" && { build: row.build }),
    kinds: row.kinds,
    concurrency: row.concurrency,
    registeredAt: toTimestamp(row.registered_at.getTime()),
    ...(heardAt && { lastHeardAt: toTimestamp(heardAt.getTime()) }),
    ...(leftAt && { leftAt: toTimestamp(leftAt.getTime()) }),
    ...(seen?.idleMs != null && { idleMs: seen.idleMs }),
    ...(isOperator && { jobsInHand: seen?.held ?? 0 }),
  };
}

/** Its own drain, or that of its pool. */
function drainOf(row: WorkerRow): WorkerDocument["drain"] {
  return (
    toDrainNote("worker", row.drain_reason, row.drain_at, row.drain_by) ??
    toDrainNote("pool", row.pool_drain_reason, row.pool_drain_at, row.pool_drain_by)
  );
}

/** A drain that stands, or undefined. */
export function toDrainNote(
  of: "worker" | "pool",
  reason: string | null,
  at: Date | null,
  by: string | null,
): WorkerDocument["drain"] {
  if (reason === null || at === null || by === null) return undefined;
  return { of, reason, since: toTimestamp(at.getTime()), by };
}

/** `typescript/0.1.0`, cut at its first stroke. */
export function toSdk(text: string): WorkerDocument["sdk"] {
  const at = text.indexOf("/");
  return at < 0
    ? { language: text, version: "" }
    : { language: text.slice(0, at), version: text.slice(at + 1) };
}
