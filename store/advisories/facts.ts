import { sql } from "kysely";
import type { AdvisoryFacts } from "../../model/advisories/facts.ts";
import type { TenantTx } from "../tenant.ts";
import type { RecordKey } from "./candidates.ts";

/**
 * The facts of records, by sequence. A sequence names one record among all tenants. The text was checked
 * when it was written, so it is only read here.
 */
export async function readFacts(
  tx: TenantTx,
  records: readonly RecordKey[],
): Promise<Map<number, AdvisoryFacts>> {
  const { rows } = await sql<{ seq: number; facts: string }>`
    select a.seq, a.facts
      from unnest(${records.map((record) => record.tenant)}::text[],
                  ${records.map((record) => record.id)}::text[],
                  ${records.map((record) => record.seq)}::bigint[]) as k (tenant_id, advisory_id, seq)
      join scheduler.advisories a
        on a.tenant_id = k.tenant_id and a.advisory_id = k.advisory_id and a.seq = k.seq
  `.execute(tx);
  return new Map(rows.map((row) => [row.seq, JSON.parse(row.facts) as AdvisoryFacts]));
}
