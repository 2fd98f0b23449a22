import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** How late results stand to the accepted ones. */
export interface LateCounts {
  readonly confirms: number;
  readonly differs: number;
  readonly undecided: number;
}

const counts = sql`
  count(*) filter (where agreement = 'confirms') as confirms,
  count(*) filter (where agreement = 'differs') as differs,
  count(*) filter (where agreement = 'undecided') as undecided
`;

/** Late results of workers, of one tenant's jobs or of all. */
export async function countLateByWorker(
  tx: EngineTx,
  workerIds: readonly string[],
  tenant: string | null,
): Promise<Map<string, LateCounts>> {
  const { rows } = await sql<LateCounts & { readonly worker: string }>`
    select worker, ${counts}
      from scheduler.late_results
     where worker = any (${workerIds}::text[]) and (${tenant}::text is null or tenant_id = ${tenant})
     group by worker
  `.execute(tx);
  return new Map(rows.map((row) => [row.worker, row]));
}

/** A late result that is not the accepted one. */
export interface DifferingRow {
  readonly tenant_id: string;
  readonly job_id: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly received_at: Date;
}

/** The latest results of a worker that differ from the accepted ones. */
export async function listDiffering(
  tx: EngineTx,
  workerId: string,
  tenant: string | null,
  limit: number,
): Promise<DifferingRow[]> {
  const { rows } = await sql<DifferingRow>`
    select tenant_id, job_id, attempt, outcome, received_at
      from scheduler.late_results
     where worker = ${workerId} and agreement = 'differs' and (${tenant}::text is null or tenant_id = ${tenant})
     order by received_at desc, job_id limit ${limit}
  `.execute(tx);
  return rows;
}

/** What one build of a worker did: late results since an instant, registrations that are kept. */
export interface BuildRow extends LateCounts {
  readonly sdk: string;
  readonly build: string;
  readonly last_differing_at: Date | null;
  readonly worker_ids: string[];
}

/** By SDK and build; those that differ most in front. Workers that said goodbye have no id in it. */
export async function listBuilds(
  tx: EngineTx,
  since: Date,
  tenant: string | null,
  limit: number,
): Promise<BuildRow[]> {
  const { rows } = await sql<BuildRow>`
    with late as (
      select coalesce(sdk, '') as sdk, coalesce(build, '') as build, ${counts},
             max(received_at) filter (where agreement = 'differs') as last_differing_at
        from scheduler.late_results
       where received_at >= ${since} and (${tenant}::text is null or tenant_id = ${tenant})
       group by 1, 2
    ), here as (
      select sdk, build, array_agg(worker_id) as worker_ids from scheduler.workers where left_at is null group by 1, 2
    )
    select sdk, build, coalesce(confirms, 0) as confirms, coalesce(differs, 0) as differs,
           coalesce(undecided, 0) as undecided, last_differing_at, coalesce(worker_ids, '{}') as worker_ids
      from late full join here using (sdk, build)
     order by differs desc, sdk, build limit ${limit}
  `.execute(tx);
  return rows;
}
