import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { TenantTx } from "../tenant.ts";
import { isChosen, type ParkedChoice } from "../jobs/parked/choice.ts";

/** Which images a retry covers. */
export interface RetriedImages {
  /** Those of parked jobs that a run has taken up, or that it would take up. */
  readonly parked:
    | { readonly takenBy: string }
    | { readonly choice: ParkedChoice; readonly limit: number | undefined };
  /** And those of an ended run by their outcome, except for its parked jobs: they come by the above only. */
  readonly outcomes: { readonly runId: string; readonly statuses: readonly string[] } | undefined;
}

/** The condition "this image is run again", for a query in which `scheduler.images` is `i`. */
export function isRetried(tenant: string, retried: RetriedImages): RawBuilder<SqlBool> {
  return sql`i.image_id in (${retriedImageIds(tenant, retried)})`;
}

/**
 * The ids of the images, some more than once, and also of those that were deleted since. Ranges of ordinals
 * are looked up one by one: `offset 0` keeps the planner from reading the snapshots of all runs instead.
 */
export function retriedImageIds(tenant: string, { parked, outcomes }: RetriedImages): RawBuilder<unknown> {
  return sql`
    with part as materialized (
      select p.run_id, lower(r.range) as first, upper(r.range) - 1 as last
        from (${parkedRows(tenant, parked)}) p cross join lateral unnest(p.ordinals) as r (range)
      ${outcomes === undefined ? sql`` : sql`union all ${outcomeRows(tenant, outcomes)}`}
    )
    select s.image_id
      from part cross join lateral (
        select ri.image_id from scheduler.run_images ri
         where ri.tenant_id = ${tenant} and ri.run_id = part.run_id and ri.ordinal between part.first and part.last
        offset 0) s`;
}

function parkedRows(tenant: string, parked: RetriedImages["parked"]): RawBuilder<unknown> {
  if ("takenBy" in parked) {
    return sql`select p.run_id, p.ordinals from scheduler.parked_jobs p
                where p.tenant_id = ${tenant} and p.redriven_by = ${parked.takenBy}`;
  }
  return sql`select p.run_id, p.ordinals from scheduler.parked_jobs p
              where p.redriven_by is null and ${isChosen(tenant, parked.choice)}
              order by p.parked_at, p.job_id limit ${parked.limit ?? null}`;
}

/** As `listExceptions` has it: an image has a row of its own, or it shares the end of its job. */
function outcomeRows(
  tenant: string,
  { runId, statuses }: NonNullable<RetriedImages["outcomes"]>,
): RawBuilder<unknown> {
  return sql`
    select j.run_id, lower(r.range), upper(r.range) - 1
      from scheduler.jobs j cross join lateral unnest(j.ordinals) as r (range)
     where j.tenant_id = ${tenant} and j.run_id = ${runId} and j.state <> 'parked' and j.state = any(${statuses}::text[])
       and not exists (
         select from scheduler.run_image_outcomes o
          where o.tenant_id = ${tenant} and o.run_id = ${runId}
            and o.ordinal between lower(j.ordinals) and upper(j.ordinals) - 1 and j.ordinals @> o.ordinal)
    union all
    select o.run_id, o.ordinal, o.ordinal
      from scheduler.run_image_outcomes o
     where o.tenant_id = ${tenant} and o.run_id = ${runId} and o.status = any(${statuses}::text[])
       and not exists (
         select from scheduler.parked_jobs p
          cross join lateral unnest(p.ordinals) as r (range)
          cross join lateral generate_series(lower(r.range), upper(r.range) - 1) as g (ordinal)
          where p.tenant_id = ${tenant} and p.run_id = ${runId} and g.ordinal = o.ordinal)`;
}

/** How many of the images are no longer in the inventory. */
export async function countDeleted(tx: TenantTx, tenant: string, retried: RetriedImages): Promise<number> {
  const { rows } = await sql<{ deleted: number }>`
    select count(distinct r.image_id)::int as deleted
      from (${retriedImageIds(tenant, retried)}) r
     where not exists (select from scheduler.images i where i.tenant_id = ${tenant} and i.image_id = r.image_id)
  `.execute(tx);
  return rows[0]!.deleted;
}
