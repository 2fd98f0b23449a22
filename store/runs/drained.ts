import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** Open runs of which no job is open: their workflow should know. */
export async function listDrained(tx: EngineTx, limit: number): Promise<{ tenant: string; runId: string }[]> {
  const { rows } = await sql<{ tenant: string; runId: string }>`
    select tenant_id as tenant, run_id as "runId" from scheduler.runs
     where jobs_open = 0 and planned_at is not null and state in ('planning', 'queued', 'running')
     order by planned_at limit ${limit}
  `.execute(tx);
  return rows;
}

/** Runs that are not planned although their workflow was started before an instant. */
export async function listUnplanned(
  tx: EngineTx,
  startedBefore: Date,
  limit: number,
): Promise<{ tenant: string; runId: string }[]> {
  const { rows } = await sql<{ tenant: string; runId: string }>`
    select tenant_id as tenant, run_id as "runId" from scheduler.runs
     where state = 'planning' and planned_at is null and workflow_started_at <= ${startedBefore}
     order by workflow_started_at limit ${limit}
  `.execute(tx);
  return rows;
}
