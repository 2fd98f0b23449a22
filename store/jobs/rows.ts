import { type Selectable, sql } from "kysely";
import type { JobsTable } from "../tables.ts";
import type { RunRow } from "../runs/rows.ts";
import type { EngineTx } from "../tenant.ts";

export type JobRow = Selectable<JobsTable>;

/**
 * Locks the runs of these jobs, then the jobs, each in id order, so that any two who do so wait for each
 * other and never deadlock. Jobs by id; unknown ids are missing in the answer.
 */
export async function lockJobsWithRuns(
  tx: EngineTx,
  jobIds: readonly string[],
): Promise<{ jobs: Map<string, JobRow>; runs: Map<string, RunRow> }> {
  const runs = await sql<RunRow>`
    select r.* from scheduler.runs r
     where (r.tenant_id, r.run_id) in (
       select j.tenant_id, j.run_id from scheduler.jobs j where j.job_id = any(${jobIds}::text[]))
     order by r.tenant_id, r.run_id
       for update
  `.execute(tx);
  const jobs = await sql<JobRow>`
    select j.* from scheduler.jobs j where j.job_id = any(${jobIds}::text[])
     order by j.tenant_id, j.job_id
       for update
  `.execute(tx);
  return {
    jobs: new Map(jobs.rows.map((row) => [row.job_id, row])),
    runs: new Map(runs.rows.map((row) => [row.run_id, row])),
  };
}
