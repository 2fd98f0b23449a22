import { sql } from "kysely";
import type { TraceContext } from "../../model/trace/trace-context.ts";
import type { EngineTx } from "../tenant.ts";

/** A job as the queue needs it. */
export interface QueuedJob {
  readonly tenant_id: string;
  readonly run_id: string;
  readonly job_id: string;
  readonly kind: string;
  readonly class: string;
  readonly attempt: number;
  readonly images: number;
  readonly wall_clock_ms: number;
  readonly concurrency_key: string | null;
  /** How long it must wait before a worker may have it; 0 or less when it may at once. */
  readonly delay_ms: number;
  readonly mode: string;
  /** Of the run. */
  readonly trace: TraceContext | null;
}

/** How long before a worker may have it a job is sent: longer than the reconciler's period, so that it is there in time. */
export const sendAheadMs = 60_000;

/**
 * Turns up to `limit` planned jobs of a run into queued ones. This statement and `raiseAttempts` are the only
 * ones that raise an attempt. Nothing is queued for a run whose cancellation was asked for, nor long before its
 * time: what waits for hours would take the queue's room from others.
 *
 * Jobs of a run with a rate get a slot each, in steps of 1/rate from where the row says that the last ones end. The
 * row is locked for that, so any number of dispatchers keep the rate together, whenever they die.
 */
export async function queuePlanned(
  tx: EngineTx,
  now: Date,
  tenant: string,
  runId: string,
  limit: number,
): Promise<QueuedJob[]> {
  const ahead = new Date(now.getTime() + sendAheadMs);
  const { rows } = await sql<QueuedJob>`
    with pace as materialized (
      select rate_per_second::float8 as rate, greatest(${now}::timestamptz, paced_until) as slot
        from scheduler.runs
       where tenant_id = ${tenant} and run_id = ${runId} and rate_per_second is not null
         for update
    ), next as (
      select j.tenant_id, j.job_id, r.mode, r.trace
        from scheduler.jobs j
        join scheduler.runs r using (tenant_id, run_id)
       where j.tenant_id = ${tenant} and j.run_id = ${runId} and j.state = 'planned'
         and r.cancel_requested_at is null and r.state in ('queued', 'running')
         and (j.not_before is null or j.not_before <= ${ahead})
       order by j.job_id
       limit least(${limit}::int, (select greatest(0, floor(extract(epoch from ${ahead}::timestamptz - slot) * rate) + 1)::int from pace))
         for update of j skip locked
    ), placed as (
      select next.*, pace.slot + interval '1 second' * ((row_number() over (order by job_id) - 1) / pace.rate) as slot
        from next left join pace on true
    ), paced as (
      update scheduler.runs r set paced_until = pace.slot + interval '1 second' * (sent.jobs / pace.rate)
        from pace, (select count(*) as jobs from next) sent
       where r.tenant_id = ${tenant} and r.run_id = ${runId} and sent.jobs > 0
    )
    update scheduler.jobs j
       set state = 'queued', attempt = j.attempt + 1, queued_at = ${now},
           not_before = greatest(j.not_before, next.slot),
           first_queued_at = coalesce(j.first_queued_at, greatest(${now}, j.not_before, next.slot))
      from placed next
     where j.tenant_id = next.tenant_id and j.job_id = next.job_id and j.state = 'planned'
    returning ${queuedColumns(now)}
  `.execute(tx);
  return rows;
}

/** Jobs that PostgreSQL calls queued, after a job id: to send again at the attempt that they have. */
export async function listQueued(
  tx: EngineTx,
  now: Date,
  where: { readonly tenant: string; readonly runId: string; readonly afterJobId: string },
  limit: number,
): Promise<QueuedJob[]> {
  const { rows } = await sql<QueuedJob>`
    select ${queuedColumns(now)}
      from scheduler.jobs j join scheduler.runs next on next.tenant_id = j.tenant_id and next.run_id = j.run_id
     where j.tenant_id = ${where.tenant} and j.run_id = ${where.runId} and j.state = 'queued'
       and next.cancel_requested_at is null and j.job_id > ${where.afterJobId}
     order by j.job_id limit ${limit}
  `.execute(tx);
  return rows;
}

/** The columns of a QueuedJob, for a query in which the job is `j` and `next` has mode and trace of the run. */
function queuedColumns(now: Date) {
  return sql`j.tenant_id, j.run_id, j.job_id, j.kind, j.class, j.attempt, j.images, j.wall_clock_ms, j.concurrency_key, next.mode, next.trace,
    coalesce(greatest(0, ceil(extract(epoch from j.not_before - ${now}::timestamptz) * 1000)), 0)::int as delay_ms`;
}
