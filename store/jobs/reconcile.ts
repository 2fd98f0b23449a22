import { sql } from "kysely";
import type { JobAttempt, JobClass } from "../../model/queue/job-message.ts";
import type { EngineTx } from "../tenant.ts";
import { type QueuedJob, sendAheadMs } from "./queue-planned.ts";

/** Queued jobs of a pool, of all tenants, that were queued before an instant, after a job id: its queue should know them. */
export async function listQueuedBefore(
  tx: EngineTx,
  now: Date,
  where: { readonly pool: string; readonly before: Date; readonly afterJobId: string },
  limit: number,
): Promise<(QueuedJob & { readonly is_cancelled: boolean })[]> {
  const { rows } = await sql<QueuedJob & { is_cancelled: boolean }>`
    select j.tenant_id, j.run_id, j.job_id, j.kind, j.class, j.attempt, j.images, j.wall_clock_ms, j.concurrency_key, r.mode, r.trace,
           coalesce(greatest(0, ceil(extract(epoch from j.not_before - ${now}::timestamptz) * 1000)), 0)::int as delay_ms,
           r.cancel_requested_at is not null as is_cancelled
      from scheduler.jobs j join scheduler.runs r using (tenant_id, run_id)
     where j.state = 'queued' and j.pool = ${where.pool} and j.job_id > ${where.afterJobId}
       and j.queued_at <= ${where.before}
     order by j.job_id limit ${limit}
  `.execute(tx);
  return rows;
}

/** Which of these attempts PostgreSQL does not hold open for a pool: ghosts of its queue. */
export async function filterGhosts(
  tx: EngineTx,
  pool: string,
  attempts: readonly JobAttempt[],
): Promise<JobAttempt[]> {
  if (attempts.length === 0) return [];
  const { rows } = await sql<{ job: string; attempt: number }>`
    select a.job, a.attempt
      from unnest(${attempts.map((a) => a.job)}::text[], ${attempts.map((a) => a.attempt)}::int[]) as a (job, attempt)
     where not exists (select 1 from scheduler.jobs j
                        where j.job_id = a.job and j.attempt = a.attempt and j.state = 'queued'
                          and j.pool = ${pool})
  `.execute(tx);
  return rows;
}

/** The class that PostgreSQL holds these attempts in, for those that wait in another one. */
export async function listMisplaced(
  tx: EngineTx,
  waiting: readonly (JobAttempt & { readonly class: JobClass })[],
): Promise<{ job: string; class: JobClass }[]> {
  if (waiting.length === 0) return [];
  const { rows } = await sql<{ job: string; class: JobClass }>`
    select j.job_id as job, j.class
      from unnest(${waiting.map((w) => w.job)}::text[], ${waiting.map((w) => w.attempt)}::int[],
                  ${waiting.map((w) => w.class)}::text[]) as w (job, attempt, class)
      join scheduler.jobs j on j.job_id = w.job and j.attempt = w.attempt and j.state = 'queued'
     where j.class <> w.class
  `.execute(tx);
  return rows;
}

/** Runs with planned jobs that may be sent now. */
export async function listRunsToDispatch(
  tx: EngineTx,
  now: Date,
  limit: number,
): Promise<{ tenant: string; runId: string; pool: string }[]> {
  const ahead = new Date(now.getTime() + sendAheadMs);
  const { rows } = await sql<{ tenant: string; runId: string; pool: string }>`
    select r.tenant_id as tenant, r.run_id as "runId", r.pool
      from scheduler.runs r
     where r.state in ('queued', 'running') and r.cancel_requested_at is null
       and (r.paced_until is null or r.paced_until <= ${ahead})
       and exists (select from scheduler.jobs j
                    where j.tenant_id = r.tenant_id and j.run_id = r.run_id and j.state = 'planned'
                      and (j.not_before is null or j.not_before <= ${ahead}))
     limit ${limit}
  `.execute(tx);
  return rows;
}

/** Raises the attempt of every queued job of a pool, since the queue that held them is lost; answers how many. */
export async function raiseAttempts(tx: EngineTx, now: Date, pool: string): Promise<number> {
  const { rows } = await sql<{ raised: number }>`
    with raised as (
      update scheduler.jobs set attempt = attempt + 1, queued_at = ${now}
       where state = 'queued' and pool = ${pool} returning 1
    ) select count(*)::int as raised from raised
  `.execute(tx);
  return rows[0]!.raised;
}
