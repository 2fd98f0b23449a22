import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";

/** An image of a run that did not succeed. */
export interface ExceptionRow {
  readonly ordinal: number;
  readonly image_digest: string;
  readonly status: "failed" | "incomplete" | "cancelled";
  readonly reason: string;
  /** The job that closed it; null when it was closed without one. */
  readonly job_id: string | null;
}

/**
 * Images of a run that did not succeed, in the order of the snapshot, after an ordinal. An image has a row of
 * its own, or it shares the end of its job: of a job that closed whole there are no rows, its ranges name the
 * images.
 */
export async function listExceptions(
  tx: TenantTx,
  where: {
    readonly tenant: string;
    readonly runId: string;
    readonly statuses: readonly string[];
    readonly afterOrdinal: number;
  },
  limit: number,
): Promise<ExceptionRow[]> {
  const { tenant, runId, statuses, afterOrdinal } = where;
  const { rows } = await sql<ExceptionRow>`
    with own as (
      select o.ordinal, o.status, o.reason from scheduler.run_image_outcomes o
       where o.tenant_id = ${tenant} and o.run_id = ${runId} and o.ordinal > ${afterOrdinal}
         and o.status = any(${statuses}::text[])
       order by o.ordinal limit ${limit}
    ), closed as (
      select j.job_id, j.ordinals, coalesce(j.outcome_reason, 'unknown') as reason,
             case j.state when 'parked' then 'failed' else j.state end as status
        from scheduler.jobs j
       where j.tenant_id = ${tenant} and j.run_id = ${runId}
         and j.state in ('failed', 'incomplete', 'cancelled', 'parked') and upper(j.ordinals) > ${afterOrdinal} + 1
         and not exists (
           select from scheduler.run_image_outcomes o
            where o.tenant_id = ${tenant} and o.run_id = ${runId}
              and o.ordinal between lower(j.ordinals) and upper(j.ordinals) - 1 and j.ordinals @> o.ordinal)
    ), shared as (
      select i.ordinal, c.status, c.reason, c.job_id
        from closed c
        cross join lateral unnest(c.ordinals) as r (range)
        cross join lateral (
          select g.ordinal
            from generate_series(greatest(lower(r.range), ${afterOrdinal} + 1), upper(r.range) - 1) as g (ordinal)
           order by 1 limit ${limit}) i
       where c.status = any(${statuses}::text[])
       order by i.ordinal limit ${limit}
    ), chosen as (
      select ordinal, status, reason, null as job_id from own
      union all
      select ordinal, status, reason, job_id from shared
      order by ordinal limit ${limit}
    )
    select c.ordinal, i.image_digest, c.status, c.reason, c.job_id
      from chosen c
      join scheduler.run_images i on i.tenant_id = ${tenant} and i.run_id = ${runId} and i.ordinal = c.ordinal
     order by c.ordinal
  `.execute(tx);
  return rows;
}
