import { type Kysely, sql } from "kysely";

/** The current result of each image, findings as intervals (any past day can be asked), and deltas. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.image_results (
      tenant_id text not null,
      image_id bigint not null,
      run_id text not null,
      sbom_id bigint not null,
      sbom_seq integer not null,
      feed_seq bigint not null,
      matcher_version integer not null,
      components integer not null,
      matchable integer not null,
      not_covered integer not null,
      findings integer not null,
      critical integer not null,
      high integer not null,
      finished_at timestamptz not null,
      primary key (tenant_id, image_id)
    )
  `.execute(db);
  await sql`create index image_results_feed on scheduler.image_results (tenant_id, feed_seq)`.execute(db);
  await sql`
    create table scheduler.findings (
      tenant_id text not null,
      finding_id bigint generated always as identity,
      image_id bigint not null,
      package_key text not null,
      purl text not null,
      vulnerability text not null,
      advisories text[] not null,
      advisory_seq bigint not null,
      severity text not null,
      severity_rank smallint not null,
      score real,
      cvss text,
      fixed_version text,
      -- The content of the finding, so that a changed severity or fix closes one interval and opens another.
      content_digest text not null,
      from_at timestamptz not null,
      from_run text not null,
      from_cause text not null,
      to_at timestamptz,
      to_run text,
      to_cause text,
      primary key (tenant_id, finding_id)
    )
  `.execute(db);
  await sql`create index findings_image on scheduler.findings (tenant_id, image_id, finding_id)`.execute(db);
  await sql`create unique index findings_current on scheduler.findings (tenant_id, image_id, vulnerability, md5(purl)) where to_at is null`.execute(
    db,
  );
  await sql`create index findings_vulnerability on scheduler.findings (tenant_id, vulnerability, finding_id)`.execute(
    db,
  );
  await sql`create index findings_package on scheduler.findings (tenant_id, package_key, finding_id)`.execute(
    db,
  );
  await sql`create index findings_severity on scheduler.findings (tenant_id, severity, finding_id) where to_at is null`.execute(
    db,
  );
  await sql`
    create table scheduler.deltas (
      tenant_id text not null,
      run_id text not null,
      image_id bigint not null,
      image_digest text not null,
      new_findings integer not null,
      new_critical integer not null,
      new_high integer not null,
      kev_hits jsonb not null,
      fixed integer not null,
      unchanged integer not null,
      cause text not null,
      top_findings jsonb not null,
      detected_at timestamptz not null,
      primary key (tenant_id, run_id, image_id)
    )
  `.execute(db);
  for (const table of ["image_results", "findings", "deltas"]) {
    await sql`call scheduler.protect(${sql.lit(`scheduler.${table}`)}, 'select, insert, update, delete')`.execute(
      db,
    );
  }
}
