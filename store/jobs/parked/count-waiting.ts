import { sql } from "kysely";
import type { EngineTx } from "../../tenant.ts";

/** Counting goes no further, so that a gauge stays cheap however many there are. */
const most = 100_000;

/** Parked jobs of all tenants that nobody has driven again, up to 100,000. */
export async function countWaiting(tx: EngineTx): Promise<number> {
  const { rows } = await sql<{ jobs: number }>`
    select count(*)::int as jobs
      from (select from scheduler.parked_jobs where redriven_by is null limit ${most}) waiting
  `.execute(tx);
  return rows[0]!.jobs;
}
