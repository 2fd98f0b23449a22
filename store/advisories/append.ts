import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";

/** The current record of an id, as an upsert compares it. */
export interface CurrentRecord {
  readonly id: string;
  readonly seq: number;
  readonly digest: string;
  readonly modifiedAt: Date;
}

/** The current records among these ids, of one feed: a tenant or `*`. */
export async function readCurrentRecords(
  tx: TenantTx,
  feed: string,
  ids: readonly string[],
): Promise<Map<string, CurrentRecord>> {
  const rows = await tx
    .selectFrom("scheduler.advisories")
    .select(["advisory_id as id", "seq", "digest", "modified_at as modifiedAt"])
    .where("tenant_id", "=", feed)
    .where("superseded_seq", "is", null)
    .where(sql<boolean>`advisory_id = any(${ids}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** A record to append, with its number and, where a later one of the same batch replaces it, that one's. */
export interface NewRecord {
  readonly id: string;
  readonly seq: number;
  readonly supersededSeq: number | null;
  readonly digest: string;
  /** Instants as RFC 3339 texts: the year 1 is a date to feeds. */
  readonly modified: string;
  readonly published: string | null;
  readonly withdrawn: string | null;
  readonly severity: string;
  /** Canonical text of the facts. */
  readonly facts: string;
  readonly packageKeys: readonly string[];
  readonly aliases: readonly string[];
}

/** Records that new ones replace; both by number. */
export interface Replacement {
  readonly id: string;
  readonly seq: number;
  readonly supersededSeq: number;
}

/**
 * Appends records to a feed, with the feed sequence locked by the caller. Replaced ones are marked first,
 * since one id has one current record.
 */
export async function appendRecords(
  tx: TenantTx,
  feed: string,
  now: Date,
  records: readonly NewRecord[],
  replaced: readonly Replacement[],
): Promise<void> {
  if (records.length === 0) return;
  await markReplaced(tx, feed, replaced);
  const column = <K extends keyof NewRecord>(name: K) => records.map((record) => record[name]);
  await sql`
    insert into scheduler.advisories (tenant_id, advisory_id, seq, superseded_seq, digest, modified_at,
      published_at, withdrawn_at, severity, facts, recorded_at)
    select ${feed}, r.*, ${now}
      from unnest(${column("id")}::text[], ${column("seq")}::bigint[], ${column("supersededSeq")}::bigint[],
                  ${column("digest")}::text[], ${column("modified")}::timestamptz[],
                  ${column("published")}::timestamptz[], ${column("withdrawn")}::timestamptz[],
                  ${column("severity")}::text[], ${column("facts")}::text[]) as r
  `.execute(tx);
  const packages = records.flatMap(({ id, seq, packageKeys }) =>
    packageKeys.map((key) => ({ id, seq, key })),
  );
  await sql`
    insert into scheduler.advisory_packages (tenant_id, advisory_id, seq, package_key)
    select ${feed}, p.*
      from unnest(${packages.map((p) => p.id)}::text[], ${packages.map((p) => p.seq)}::bigint[],
                  ${packages.map((p) => p.key)}::text[]) as p
  `.execute(tx);
  const aliases = records.flatMap((record) => record.aliases.map((alias) => ({ id: record.id, alias })));
  await sql`
    insert into scheduler.advisory_aliases (tenant_id, advisory_id, alias)
    select ${feed}, l.*
      from unnest(${aliases.map((l) => l.id)}::text[], ${aliases.map((l) => l.alias)}::text[]) as l
    on conflict do nothing
  `.execute(tx);
}

async function markReplaced(tx: TenantTx, feed: string, replaced: readonly Replacement[]): Promise<void> {
  if (replaced.length === 0) return;
  await sql`
    update scheduler.advisories a set superseded_seq = r.superseded_seq
      from unnest(${replaced.map((r) => r.id)}::text[], ${replaced.map((r) => r.seq)}::bigint[],
                  ${replaced.map((r) => r.supersededSeq)}::bigint[]) as r (advisory_id, seq, superseded_seq)
     where a.tenant_id = ${feed} and a.advisory_id = r.advisory_id and a.seq = r.seq
       and a.superseded_seq is null
  `.execute(tx);
}
