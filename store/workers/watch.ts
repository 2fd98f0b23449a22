import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** When a worker was heard of, or left. */
export interface Sighting {
  readonly workerId: string;
  readonly at: Date;
  readonly hasLeft: boolean;
  /** Nothing was heard of it for a lease: this may be the last of it. */
  readonly isSilent: boolean;
}

/**
 * Writes down what the queue knows and forgets. To the minute while a worker beats, which is what a row of a
 * fleet costs; exactly once it is silent.
 */
export async function recordSightings(tx: EngineTx, seen: readonly Sighting[]): Promise<void> {
  await sql`
    update scheduler.workers w
       set last_heard_at = greatest(w.last_heard_at, s.at), left_at = case when s.has_left then coalesce(w.left_at, s.at) when w.left_at >= s.at then w.left_at end
      from unnest(${seen.map((one) => one.workerId)}::text[], ${seen.map((one) => one.at)}::timestamptz[],
                  ${seen.map((one) => one.hasLeft)}::boolean[], ${seen.map((one) => one.isSilent)}::boolean[])
        as s (worker_id, at, has_left, is_silent)
     where w.worker_id = s.worker_id
       and (w.last_heard_at is null
            or (s.has_left and w.left_at is null) or (not s.has_left and w.left_at < s.at)
            or w.last_heard_at < s.at - interval '1 minute'
            or (s.is_silent and w.last_heard_at < s.at))
  `.execute(tx);
}

/** Ends registrations for a life of their queue that is over: their workers registered anew, or are gone. */
export async function endOutlived(tx: EngineTx, now: Date): Promise<void> {
  await sql`
    update scheduler.workers w set left_at = ${now}
      from scheduler.worker_keys k join scheduler.queues q on q.queue = k.pool
     where w.key_id = k.key_id and w.left_at is null and w.epoch <> '' and w.epoch <> q.epoch
  `.execute(tx);
}

/** Removes workers that left before `left`, or were not heard of since `silent`. */
export async function pruneWorkers(
  tx: EngineTx,
  before: { readonly left: Date; readonly silent: Date },
): Promise<void> {
  await sql`
    delete from scheduler.workers
     where left_at < ${before.left} or coalesce(last_heard_at, registered_at) < ${before.silent}
  `.execute(tx);
}
