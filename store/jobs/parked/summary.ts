import { sql } from "kysely";
import type { TenantTx } from "../../tenant.ts";
import { isChosen, type ParkedChoice } from "./choice.ts";

/** What a choice of parked jobs comes to: those that wait, and those that a run has taken up. */
export interface ParkedTotals {
  readonly jobs: number;
  readonly images: number;
  readonly runs: number;
  readonly oldest: Date | null;
  readonly newest: Date | null;
  /** Taken up by a run that is open. */
  readonly redriving: number;
  /** Taken up by a run that has completed. */
  readonly redriven: number;
}

export async function sumParked(tx: TenantTx, tenant: string, choice: ParkedChoice): Promise<ParkedTotals> {
  const { rows } = await sql<ParkedTotals>`
    select (count(*) filter (where p.redriven_by is null))::int as jobs,
           coalesce(sum(p.images) filter (where p.redriven_by is null), 0)::int as images,
           (count(distinct p.run_id) filter (where p.redriven_by is null))::int as runs,
           min(p.parked_at) filter (where p.redriven_by is null) as oldest,
           max(p.parked_at) filter (where p.redriven_by is null) as newest,
           (count(*) filter (where r.state in ('planning', 'queued', 'running')))::int as redriving,
           (count(*) filter (where r.state not in ('planning', 'queued', 'running')))::int as redriven
      from scheduler.parked_jobs p
      left join scheduler.runs r on r.tenant_id = ${tenant} and r.run_id = p.redriven_by
     where ${isChosen(tenant, choice)}
  `.execute(tx);
  return rows[0]!;
}

/** How many of a choice wait, and how many a run has taken up. */
export async function countParked(
  tx: TenantTx,
  tenant: string,
  choice: ParkedChoice,
): Promise<{ readonly waiting: number; readonly taken: number }> {
  const { rows } = await sql<{ waiting: number; taken: number }>`
    select (count(*) filter (where p.redriven_by is null))::int as waiting, count(p.redriven_by)::int as taken
      from scheduler.parked_jobs p where ${isChosen(tenant, choice)}
  `.execute(tx);
  return rows[0]!;
}

/** Jobs that wait and have one thing in common; the columns of other groupings are null. */
export interface ParkedGroup {
  readonly kind: string | null;
  readonly mode: string | null;
  readonly pool: string | null;
  readonly reason: string | null;
  readonly error_class: string | null;
  readonly error_code: string | null;
  readonly jobs: number;
}

/** Errors are told by the most frequent ones: workers name them, so there may be any number. */
const mostGroups = 50;

/** Those that wait by kind, by mode, by pool, by reason and by error, the largest groups first. */
export async function groupParked(
  tx: TenantTx,
  tenant: string,
  choice: ParkedChoice,
): Promise<ParkedGroup[]> {
  const { rows } = await sql<ParkedGroup>`
    select p.kind, p.mode, r.pool, p.reason, p.error_class, p.error_code, count(*)::int as jobs
      from scheduler.parked_jobs p join scheduler.runs r using (tenant_id, run_id)
     where p.redriven_by is null and ${isChosen(tenant, choice)}
     group by grouping sets ((p.kind), (p.mode), (r.pool), (p.reason), (p.error_class, p.error_code))
     order by jobs desc, 1, 2, 3, 4, 5, 6 limit ${mostGroups}
  `.execute(tx);
  return rows;
}

/** Parked jobs of a run that another run than `by` has taken up. */
export async function takenBefore(
  tx: TenantTx,
  tenant: string,
  of: { readonly runId: string; readonly by: string },
): Promise<{ readonly jobs: number; readonly images: number }> {
  const { rows } = await sql<{ jobs: number; images: number }>`
    select count(*)::int as jobs, coalesce(sum(p.images), 0)::int as images
      from scheduler.parked_jobs p
     where p.tenant_id = ${tenant} and p.run_id = ${of.runId} and p.redriven_by <> ${of.by}
  `.execute(tx);
  return rows[0]!;
}
