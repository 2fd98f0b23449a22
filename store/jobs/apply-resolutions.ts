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

/** One ended attempt, for the record. */
export interface EndedAttempt {
  readonly jobId: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly errorClass: string | null;
  readonly errorCode: string | null;
  readonly message: string | null;
  readonly worker: string | null;
  readonly leasedMs: number | null;
}

export async function insertAttempts(
  tx: EngineTx,
  now: Date,
  tenant: string,
  attempts: readonly EndedAttempt[],
): Promise<void> {
  const column = <K extends keyof EndedAttempt>(name: K) => attempts.map((attempt) => attempt[name]);
  await sql`
    insert into scheduler.job_attempts (tenant_id, job_id, attempt, outcome, error_class, error_code, message, worker, leased_ms,
                                        settled_at)
    select ${tenant}, a.*, ${now}
      from unnest(${column("jobId")}::text[], ${column("attempt")}::int[], ${column("outcome")}::text[],
                  ${column("errorClass")}::text[], ${column("errorCode")}::text[], ${column("message")}::text[],
                  ${column("worker")}::text[], ${column("leasedMs")}::bigint[]) as a
    on conflict do nothing
  `.execute(tx);
}

/** A result that came too late or twice: kept, compared, changes nothing. */
export interface LateResult {
  readonly tenant: string;
  readonly runId: string;
  readonly entryId: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly worker: string;
  readonly agreement: "confirms" | "differs";
}

/** Keeps late results, and counts those that were not kept before for their runs while these are open. */
export async function insertLateResults(tx: EngineTx, now: Date, late: readonly LateResult[]): Promise<void> {
  if (late.length === 0) return;
  const column = <K extends keyof LateResult>(name: K) => late.map((one) => one[name]);
  await sql`
    with late as (
      select * from unnest(${column("tenant")}::text[], ${column("runId")}::text[], ${column("entryId")}::text[],
                           ${column("jobId")}::text[], ${column("attempt")}::int[], ${column("outcome")}::text[],
                           ${column("worker")}::text[], ${column("agreement")}::text[])
        as l (tenant_id, run_id, entry_id, job_id, attempt, outcome, worker, agreement)
    ), kept as (
      insert into scheduler.late_results (tenant_id, entry_id, job_id, attempt, outcome, worker, agreement, received_at)
      select tenant_id, entry_id, job_id, attempt, outcome, worker, agreement, ${now} from late
      on conflict do nothing
      returning tenant_id, job_id, entry_id
    )
    update scheduler.runs r set late_results = r.late_results + n.late
      from (select tenant_id, run_id, count(*)::int as late
              from late join kept using (tenant_id, job_id, entry_id) group by 1, 2) n
     where r.tenant_id = n.tenant_id and r.run_id = n.run_id and r.state in ('planning', 'queued', 'running')
  `.execute(tx);
}
