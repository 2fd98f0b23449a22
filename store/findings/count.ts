import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";
import { type FindingsQuery, conditionsOf } from "./query.ts";

/** How many findings answer a question, counted up to `limit`. */
export async function countFindings(tx: TenantTx, query: FindingsQuery, limit: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (
      select from scheduler.findings f
       where f.tenant_id = ${query.tenant} and ${conditionsOf(query)} limit ${limit}) as found
  `.execute(tx);
  return rows[0]?.count ?? 0;
}
