import { sql } from "kysely";
import { type TenantTx, sharedTenant } from "../tenant.ts";
import type { RecordKey } from "./candidates.ts";

/** A current record that one of the names means. */
export interface NamedRecord extends RecordKey {
  /** The id or alias that was asked for. */
  readonly name: string;
}

/**
 * The current records that ids or aliases mean. One alias may mean several records; a record of the
 * tenant's own stands in front of the shared one with its id. Names that mean nothing are not in the answer.
 */
export async function resolveAdvisoryNames(
  tx: TenantTx,
  tenant: string,
  names: readonly string[],
): Promise<NamedRecord[]> {
  const { rows } = await sql<{ name: string; tenant_id: string; advisory_id: string; seq: number }>`
    with asked as (select distinct unnest(${names}::text[]) as name), found as (
      select asked.name, asked.name as advisory_id, false as by_alias from asked
      union
      select asked.name, l.advisory_id, true
        from asked
        join scheduler.advisory_aliases l on l.tenant_id in (${tenant}, ${sharedTenant}) and l.alias = asked.name
    ), current as (
      select f.name, f.by_alias, a.tenant_id, a.advisory_id, a.seq, a.facts,
             row_number() over (partition by f.name, f.by_alias, a.advisory_id
                                order by (a.tenant_id = ${tenant}) desc) as place
        from found f
        join scheduler.advisories a
          on a.tenant_id in (${tenant}, ${sharedTenant}) and a.advisory_id = f.advisory_id
             and a.superseded_seq is null
    )
    select distinct name, tenant_id, advisory_id, seq from current
     -- An alias that an older record carried is no alias any more.
     where place = 1 and (not by_alias or facts::jsonb -> 'aliases' ? name)
     order by advisory_id, name
  `.execute(tx);
  return rows.map((row) => ({
    name: row.name,
    tenant: row.tenant_id,
    id: row.advisory_id,
    seq: row.seq,
  }));
}
