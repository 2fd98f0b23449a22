import { sql } from "kysely";
import type { CountedAs } from "../../model/workers/counts-as.ts";
import type { EngineTx } from "../tenant.ts";

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
  /** For its worker; null where it says nothing about that. */
  readonly countedAs: CountedAs | null;
  /** The job or its parent had attempts before that came to nothing. */
  readonly wasTried: boolean;
  readonly parentJobId: string | null;
}

/**
 * Records ended attempts of jobs of one kind and counts them for their workers, in one statement: what was
 * recorded before is not counted again. A success refutes the failures that other workers had with the job, or
 * with the parent whose rest it is, each in the hour in which it was counted.
 */
export async function insertAttempts(
  tx: EngineTx,
  now: Date,
  { tenant, kind }: { readonly tenant: string; readonly kind: string },
  attempts: readonly EndedAttempt[],
): Promise<void> {
  const column = <K extends keyof EndedAttempt>(name: K) => attempts.map((attempt) => attempt[name]);
  await sql`
    with ended as (
      select *
        from unnest(${column("jobId")}::text[], ${column("attempt")}::int[], ${column("outcome")}::text[],
                    ${column("errorClass")}::text[], ${column("errorCode")}::text[], ${column("message")}::text[],
                    ${column("worker")}::text[], ${column("leasedMs")}::bigint[], ${column("countedAs")}::text[],
                    ${column("wasTried")}::boolean[], ${column("parentJobId")}::text[])
          as a (job_id, attempt, outcome, error_class, error_code, message, worker, leased_ms, counted_as, was_tried,
                parent_job_id)
    ), kept as (
      insert into scheduler.job_attempts
        (tenant_id, job_id, attempt, outcome, error_class, error_code, message, worker, leased_ms, counted_as, settled_at)
      select ${tenant}, job_id, attempt, outcome, error_class, error_code, message, worker, leased_ms, counted_as, ${now}
        from ended
      on conflict do nothing
      returning job_id, attempt, worker, counted_as
    ), refuted as (
      select f.worker, date_trunc('hour', f.settled_at, 'UTC') as hour
        from kept
        join ended e using (job_id, attempt)
        join scheduler.job_attempts f on f.tenant_id = ${tenant} and f.job_id in (e.job_id, e.parent_job_id)
       where kept.counted_as = 'succeeded' and e.was_tried and f.counted_as in ('failed', 'crashed')
         and f.worker <> kept.worker and (f.job_id <> e.job_id or f.attempt < e.attempt)
         and f.settled_at > ${now}::timestamptz - interval '1 day'
    ), counted as (
      select worker, date_trunc('hour', ${now}::timestamptz, 'UTC') as hour, (counted_as = 'succeeded')::int as succeeded,
             (counted_as = 'failed')::int as failed, (counted_as = 'crashed')::int as crashed, 0 as refuted
        from kept where counted_as is not null and worker is not null
       union all
      select worker, hour, 0, 0, 0, 1 from refuted
    )
    insert into scheduler.worker_tallies as t (tenant_id, hour, worker_id, kind, succeeded, failed, crashed, refuted)
    select ${tenant}, hour, worker, ${kind}, sum(succeeded), sum(failed), sum(crashed), sum(refuted)
      from counted group by hour, worker order by hour, worker
    on conflict (tenant_id, hour, worker_id, kind) do update
       set succeeded = t.succeeded + excluded.succeeded, failed = t.failed + excluded.failed,
           crashed = t.crashed + excluded.crashed, refuted = t.refuted + excluded.refuted
  `.execute(tx);
}
