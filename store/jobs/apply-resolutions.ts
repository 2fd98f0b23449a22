import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";
import { multirange } from "./insert.ts";

/** What an accepted result made of its job. `attempt` is the one that the result carried. */
export interface JobUpdate {
  readonly jobId: string;
  readonly attempt: number;
  readonly state: "planned" | "succeeded" | "failed" | "incomplete" | "cancelled" | "parked";
  readonly ordinals: readonly (readonly [from: number, to: number])[];
  readonly images: number;
  readonly tries: number;
  readonly crashes: number;
  readonly permanentBy: string | null;
  readonly notBefore: Date | null;
  readonly worker: string | null;
  readonly reason: string | null;
  readonly resultDigest: string | null;
}

/**
 * Applies results to jobs by compare-and-set on (queued, attempt); answers the ids that it changed. A job
 * that goes back to planned keeps its attempt: dispatch raises it.
 */
export async function applyJobUpdates(
  tx: EngineTx,
  now: Date,
  tenant: string,
  updates: readonly JobUpdate[],
): Promise<Set<string>> {
  const column = <K extends keyof JobUpdate>(name: K) => updates.map((update) => update[name]);
  const { rows } = await sql<{ job_id: string }>`
    update scheduler.jobs j
       set state = u.state, ordinals = u.ordinals::int4multirange, images = u.images, tries = u.tries,
           crashes = u.crashes, permanent_by = u.permanent_by, not_before = u.not_before, worker = u.worker,
           outcome_reason = u.reason, result_digest = u.result_digest,
           finished_at = case when u.state = 'planned' then null else ${now}::timestamptz end
      from unnest(${column("jobId")}::text[], ${column("attempt")}::int[], ${column("state")}::text[],
                  ${updates.map((u) => multirange(u.ordinals))}::text[], ${column("images")}::int[],
                  ${column("tries")}::int[], ${column("crashes")}::int[], ${column("permanentBy")}::text[],
                  ${column("notBefore")}::timestamptz[], ${column("worker")}::text[], ${column("reason")}::text[],
                  ${column("resultDigest")}::text[])
        as u (job_id, attempt, state, ordinals, images, tries, crashes, permanent_by, not_before, worker, reason, result_digest)
     where j.tenant_id = ${tenant} and j.job_id = u.job_id and j.attempt = u.attempt and j.state = 'queued'
    returning j.job_id
  `.execute(tx);
  return new Set(rows.map((row) => row.job_id));
}
