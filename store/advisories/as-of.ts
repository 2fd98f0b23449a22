import { type RawBuilder, sql } from "kysely";
import type { AdvisoryFacts } from "../../model/advisories/facts.ts";
import { type TenantTx, sharedTenant } from "../tenant.ts";

/** A record that counts at a feed sequence. */
export interface AdvisoryAsOf {
  readonly seq: number;
  /** `sha256:…` over the canonical text of the facts. */
  readonly digest: string;
  readonly facts: AdvisoryFacts;
}

/**
 * The condition "this record counted for the tenant at a feed sequence": recorded by then, not yet
 * replaced, and no record of the tenant's own in front of a shared one.
 */
export function countsAsOf(
  tenant: string,
  record: RawBuilder<unknown>,
  asOfSeq: RawBuilder<unknown> | number,
): RawBuilder<boolean> {
  return sql`(${record}.tenant_id in (${tenant}, ${sharedTenant})
    and ${record}.seq <= ${asOfSeq} and (${record}.superseded_seq is null or ${record}.superseded_seq > ${asOfSeq})
    and (${record}.tenant_id = ${tenant} or not exists (select from scheduler.advisories own
      where own.tenant_id = ${tenant} and own.advisory_id = ${record}.advisory_id and own.seq <= ${asOfSeq})))`;
}

/**
 * The records that can match components with these package keys, as of a feed sequence: withdrawn ones
 * left out, each once, in the order of their sequence. The same question gives the same answer for ever.
 */
export async function listAdvisoriesAsOf(
  tx: TenantTx,
  tenant: string,
  packageKeys: readonly string[],
  asOfSeq: number,
): Promise<AdvisoryAsOf[]> {
  const { rows } = await sql<{ seq: number; digest: string; facts: string }>`
    with found as (
      select distinct p.tenant_id, p.advisory_id, p.seq
        from scheduler.advisory_packages p
       where p.tenant_id in (${tenant}, ${sharedTenant}) and p.package_key = any(${packageKeys}::text[])
         and p.seq <= ${asOfSeq}
    )
    select a.seq, a.digest, a.facts
      from found f
      join scheduler.advisories a
        on a.tenant_id = f.tenant_id and a.advisory_id = f.advisory_id and a.seq = f.seq
     where a.withdrawn_at is null and ${countsAsOf(tenant, sql`a`, asOfSeq)}
     order by a.seq
  `.execute(tx);
  return rows.map(({ seq, digest, facts }) => ({
    seq,
    digest,
    facts: JSON.parse(facts) as AdvisoryFacts,
  }));
}
