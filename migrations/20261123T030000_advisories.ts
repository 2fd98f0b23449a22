import { type Kysely, sql } from "kysely";

/**
 * Advisories as facts, append-only. `tenant_id` '*' is the shared feed. One feed sequence for all:
 * its single row is locked by whoever writes, so numbers are committed in their order and a run that
 * pins N never sees a record ≤ N appear later.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.feed_sequence (
      only_row boolean primary key default true check (only_row),
      seq bigint not null
    )
  `.execute(db);
  await sql`insert into scheduler.feed_sequence (seq) values (0)`.execute(db);
  await sql`grant select, update on scheduler.feed_sequence to jobengine_app, jobengine_engine`.execute(db);

  await sql`
    create table scheduler.advisories (
      tenant_id text not null,
      advisory_id text not null,
      seq bigint not null,
      -- The sequence of the record that replaced this one; the only column that is ever written again.
      superseded_seq bigint,
      digest text not null,
      modified_at timestamptz not null,
      published_at timestamptz,
      withdrawn_at timestamptz,
      severity text not null,
      -- Canonical bytes: jsonb would reorder keys and the digest would no longer fit.
      facts text not null,
      recorded_at timestamptz not null,
      primary key (tenant_id, advisory_id, seq)
    )
  `.execute(db);
  await sql`create index advisories_seq on scheduler.advisories (tenant_id, seq)`.execute(db);
  await sql`create index advisories_digest on scheduler.advisories (tenant_id, digest)`.execute(db);
  await sql`create unique index advisories_current on scheduler.advisories (tenant_id, advisory_id) where superseded_seq is null`.execute(
    db,
  );
  await sql`
    create table scheduler.advisory_packages (
      tenant_id text not null,
      package_key text not null,
      seq bigint not null,
      advisory_id text not null,
      primary key (tenant_id, package_key, seq, advisory_id)
    )
  `.execute(db);
  await sql`
    create table scheduler.advisory_aliases (
      tenant_id text not null,
      alias text not null,
      advisory_id text not null,
      primary key (tenant_id, alias, advisory_id)
    )
  `.execute(db);
  for (const table of ["advisories", "advisory_packages", "advisory_aliases"]) {
    await sql`call scheduler.protect(${sql.lit(`scheduler.${table}`)}, 'select, insert', true)`.execute(db);
  }
  await sql`grant update (superseded_seq) on scheduler.advisories to jobengine_app`.execute(db);
}
