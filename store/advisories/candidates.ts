import { type RawBuilder, sql } from "kysely";
import { type TenantTx, sharedTenant } from "../tenant.ts";

/** The key of one stored record. `tenant` is the reader's own or `*`. */
export interface RecordKey {
  readonly tenant: string;
  readonly id: string;
  readonly seq: number;
}

/** A record to judge components by: a changed record itself, or the record that it replaced. */
export interface Candidate extends RecordKey {
  /** The sequence of the change: of the record itself, or of the record that replaced it. */
  readonly changedAt: number;
  /** Components that share a package key with the record, in no order. */
  readonly componentIds: readonly number[];
}

/**
 * Candidates of all records with a sequence in (since, until], the newest change first. A shared record
 * that a record of the tenant's own already stood in front of changed nothing for the tenant.
 */
export async function candidatesSince(
  tx: TenantTx,
  tenant: string,
  since: number,
  until: number,
): Promise<Candidate[]> {
  return candidates(
    tx,
    tenant,
    sql`
      select a.tenant_id, a.advisory_id, a.seq from scheduler.advisories a
       where a.tenant_id in (${tenant}, ${sharedTenant}) and a.seq > ${since} and a.seq <= ${until}
         and (a.tenant_id = ${tenant} or not ${hasOwnBefore(tenant, sql`a`)})`,
  );
}

/** Candidates of single records, the newest first. */
export async function candidatesOf(
  tx: TenantTx,
  tenant: string,
  records: readonly RecordKey[],
): Promise<Candidate[]> {
  return candidates(
    tx,
    tenant,
    sql`
      select a.tenant_id, a.advisory_id, a.seq
        from unnest(${records.map((record) => record.tenant)}::text[],
                    ${records.map((record) => record.id)}::text[],
                    ${records.map((record) => record.seq)}::bigint[]) as a (tenant_id, advisory_id, seq)`,
  );
}

/**
 * From changed records to candidates. The record that a change replaced is the one before it in its own
 * feed; for the tenant's first record of an id it is the shared record that is hidden from then on.
 */
async function candidates(tx: TenantTx, tenant: string, changed: RawBuilder<unknown>): Promise<Candidate[]> {
  const { rows } = await sql<{
    changed_at: number;
    tenant_id: string;
    advisory_id: string;
    seq: number;
    component_ids: string[];
  }>`
    with changed as materialized (${changed}), judged as (
      select c.tenant_id, c.advisory_id, c.seq, c.seq as changed_at from changed c
      union all
      select p.tenant_id, p.advisory_id, p.seq, c.seq
        from changed c
        join scheduler.advisories p
          on p.tenant_id = c.tenant_id and p.advisory_id = c.advisory_id and p.superseded_seq = c.seq
      union all
      select s.tenant_id, s.advisory_id, s.seq, c.seq
        from changed c
        join scheduler.advisories s
          on s.tenant_id = ${sharedTenant} and s.advisory_id = c.advisory_id and s.seq < c.seq
             and (s.superseded_seq is null or s.superseded_seq > c.seq)
       where c.tenant_id = ${tenant} and not ${hasOwnBefore(tenant, sql`c`)}
    )
    select j.changed_at, j.tenant_id, j.advisory_id, j.seq, array_agg(distinct k.component_id) as component_ids
      from judged j
      join scheduler.advisory_packages p
        on p.tenant_id = j.tenant_id and p.seq = j.seq and p.advisory_id = j.advisory_id
      join scheduler.component_keys k on k.tenant_id = ${tenant} and k.package_key = p.package_key
     group by j.changed_at, j.tenant_id, j.advisory_id, j.seq
     order by j.changed_at desc, j.seq desc
  `.execute(tx);
  return rows.map((row) => ({
    changedAt: row.changed_at,
    tenant: row.tenant_id,
    id: row.advisory_id,
    seq: row.seq,
    componentIds: row.component_ids.map(Number),
  }));
}

function hasOwnBefore(tenant: string, record: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`exists (select from scheduler.advisories own
    where own.tenant_id = ${tenant} and own.advisory_id = ${record}.advisory_id and own.seq < ${record}.seq)`;
}
