import { type RawBuilder, sql } from "kysely";
import { type TenantTx, sharedTenant } from "../tenant.ts";

/** A stored record. */
export interface AdvisoryRow {
  readonly isShared: boolean;
  readonly seq: number;
  readonly supersededSeq: number | null;
  readonly digest: string;
  /** Canonical text. */
  readonly facts: string;
  readonly recordedAt: Date;
}

const columns = sql`
  (a.tenant_id = ${sharedTenant}) as "isShared", a.seq, a.superseded_seq as "supersededSeq", a.digest, a.facts,
  a.recorded_at as "recordedAt"`;

/** The record of an id that counts for the tenant at a feed sequence. */
export async function findAdvisory(
  tx: TenantTx,
  tenant: string,
  id: string,
  asOfSeq: number = Number.MAX_SAFE_INTEGER,
): Promise<AdvisoryRow | undefined> {
  const { rows } = await sql<AdvisoryRow>`
    select ${columns} from scheduler.advisories a
     where a.advisory_id = ${id} and ${countsAsOf(tenant, sql`a`, asOfSeq)}
  `.execute(tx);
  return rows[0];
}

/** Which current records a list shows; every given filter must hold. */
export interface AdvisoryFilter {
  readonly packageKeys?: readonly string[] | undefined;
  /** As OSV writes it, with or without the release: `Debian` means all of them. */
  readonly ecosystem?: string | undefined;
  readonly alias?: string | undefined;
  readonly severity?: string | undefined;
  readonly modifiedSince?: string | undefined;
  readonly isWithdrawn?: boolean | undefined;
}

/** Current records, the newest sequence first, from behind `before`, at most `limit`. */
export async function listAdvisories(
  tx: TenantTx,
  tenant: string,
  filter: AdvisoryFilter,
  before: number,
  limit: number,
): Promise<AdvisoryRow[]> {
  // Two walks of one index each, since a sorted walk over both feeds at once is none.
  const walk = (feed: string, more: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
    select ${columns} from scheduler.advisories a
     where a.tenant_id = ${feed} and a.superseded_seq is null and a.seq < ${before}
       and ${more} and ${conditionsOf(feed, filter)}
     order by a.seq desc limit ${limit})`;
  const isNotHidden = sql`not exists (select from scheduler.advisories own
    where own.tenant_id = ${tenant} and own.advisory_id = a.advisory_id)`;
  const { rows } = await sql<AdvisoryRow>`
    ${walk(tenant, sql`true`)} union all ${walk(sharedTenant, isNotHidden)} order by seq desc limit ${limit}
  `.execute(tx);
  return rows;
}

/** Sub-queries name the feed itself: they are then asked once, not once for each record. */
function conditionsOf(feed: string, filter: AdvisoryFilter): RawBuilder<unknown> {
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (filter.packageKeys !== undefined) {
    conditions.push(sql`a.seq in (select p.seq from scheduler.advisory_packages p
      where p.tenant_id = ${feed} and p.package_key = any(${filter.packageKeys}::text[]))`);
  }
  if (filter.ecosystem !== undefined) {
    conditions.push(sql`exists (select from scheduler.advisory_packages p
      where p.tenant_id = ${feed} and p.seq = a.seq and p.advisory_id = a.advisory_id
        and ${filter.ecosystem} in (split_part(p.package_key, '|', 1),
                                    split_part(split_part(p.package_key, '|', 1), ':', 1)))`);
  }
  if (filter.alias !== undefined) {
    conditions.push(sql`a.advisory_id in (select l.advisory_id from scheduler.advisory_aliases l
      where l.tenant_id = ${feed} and l.alias = ${filter.alias})`);
  }
  if (filter.severity !== undefined) conditions.push(sql`a.severity = ${filter.severity}`);
  if (filter.modifiedSince !== undefined) {
    conditions.push(sql`a.modified_at >= ${filter.modifiedSince}::timestamptz`);
  }
  if (filter.isWithdrawn !== undefined) {
    conditions.push(filter.isWithdrawn ? sql`a.withdrawn_at is not null` : sql`a.withdrawn_at is null`);
  }
  return sql.join(conditions, sql` and `);
}

/**
 * The condition "this record counted for the tenant at a feed sequence": recorded by then, not yet
 * replaced, and no record of the tenant's own in front of a shared one.
 */
function countsAsOf(tenant: string, record: RawBuilder<unknown>, asOfSeq: number): RawBuilder<boolean> {
  return sql`(${record}.tenant_id in (${tenant}, ${sharedTenant})
    and ${record}.seq <= ${asOfSeq} and (${record}.superseded_seq is null or ${record}.superseded_seq > ${asOfSeq})
    and (${record}.tenant_id = ${tenant} or not exists (select from scheduler.advisories own
      where own.tenant_id = ${tenant} and own.advisory_id = ${record}.advisory_id and own.seq <= ${asOfSeq})))`;
}
