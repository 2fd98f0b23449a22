import { sql } from "kysely";
import type { TenantTx } from "../../tenant.ts";
import { isChosen, type ParkedChoice } from "./choice.ts";

/** What a run has taken up, in jobs unless it says images. */
export interface TakenJobs {
  readonly jobs: number;
  /** Of all of them; the same image may have been parked by several runs. */
  readonly images: number;
  /** Images of the largest. */
  readonly largest: number;
  readonly runs: number;
  /** The run that they are of when it is one. */
  readonly first_run: string | null;
  readonly kinds: readonly string[];
  readonly modes: readonly string[];
  readonly pools: readonly string[];
  /** Their concurrency keys; null among them when some have none. */
  readonly concurrency_keys: readonly (string | null)[];
}

/**
 * Marks parked jobs that wait with the run that takes them up, the oldest first. A job that another
 * transaction is marking is passed over, and one that it has marked is not free: each goes to one run.
 */
export async function takeParked(
  tx: TenantTx,
  now: Date,
  of: {
    readonly tenant: string;
    readonly choice: ParkedChoice;
    readonly runId: string;
    readonly limit?: number;
  },
): Promise<TakenJobs> {
  const { rows } = await sql<TakenJobs>`
    with chosen as (
      select p.tenant_id, p.job_id from scheduler.parked_jobs p
       where p.redriven_by is null and ${isChosen(of.tenant, of.choice)}
       order by p.parked_at, p.job_id limit ${of.limit ?? null}
         for update skip locked
    ), taken as (
      update scheduler.parked_jobs p set redriven_by = ${of.runId}, redriven_at = ${now}
        from chosen c join scheduler.jobs j on j.tenant_id = c.tenant_id and j.job_id = c.job_id
       where p.tenant_id = c.tenant_id and p.job_id = c.job_id
      returning p.tenant_id, p.run_id, p.kind, p.mode, p.images, j.concurrency_key
    )
    select count(*)::int as jobs, coalesce(sum(t.images), 0)::int as images, coalesce(max(t.images), 0)::int as largest,
           count(distinct t.run_id)::int as runs, min(t.run_id) as first_run,
           coalesce(array_agg(distinct t.kind), '{}') as kinds, coalesce(array_agg(distinct t.mode), '{}') as modes,
           coalesce(array_agg(distinct r.pool), '{}') as pools,
           coalesce(array_agg(distinct t.concurrency_key), '{}') as concurrency_keys
      from taken t join scheduler.runs r using (tenant_id, run_id)
  `.execute(tx);
  return rows[0]!;
}

/** Gives the jobs of a run that did not see them through back to those that wait. */
export async function giveBackParked(tx: TenantTx, tenant: string, runId: string): Promise<void> {
  await tx
    .updateTable("scheduler.parked_jobs")
    .set({ redriven_by: null, redriven_at: null })
    .where("tenant_id", "=", tenant)
    .where("redriven_by", "=", runId)
    .execute();
}
