import { type Kysely, sql } from "kysely";

/**
 * Images, their SBOMs, and the impact index: package key → component → SBOM → image.
 * Tags and labels are side tables with btree equality, because `@>` and `like` are not leakproof and
 * never reach an index under row-level security.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.sboms (
      tenant_id text not null,
      sbom_id bigint generated always as identity,
      digest text not null,
      format text not null,
      spec_version text not null,
      bytes bigint not null,
      component_count integer not null,
      matchable_count integer not null,
      unmatchable jsonb not null,
      created_at timestamptz not null,
      primary key (tenant_id, sbom_id),
      unique (tenant_id, digest)
    )
  `.execute(db);
  await sql`
    create table scheduler.images (
      tenant_id text not null,
      image_id bigint generated always as identity,
      digest text not null,
      namespace text not null,
      repository text not null,
      sbom_id bigint,
      -- Raised whenever the current SBOM changes: the first part of the order in which results move forward.
      sbom_seq integer not null default 0,
      revision integer not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      last_seen_at timestamptz not null,
      primary key (tenant_id, image_id),
      unique (tenant_id, digest),
      foreign key (tenant_id, sbom_id) references scheduler.sboms
    )
  `.execute(db);
  await sql`create index images_repository on scheduler.images (tenant_id, repository, image_id)`.execute(db);
  await sql`create index images_namespace on scheduler.images (tenant_id, namespace, image_id)`.execute(db);
  await sql`create index images_sbom on scheduler.images (tenant_id, sbom_id, image_id)`.execute(db);

  await sql`
    create table scheduler.image_tags (
      tenant_id text not null,
      tag text not null,
      image_id bigint not null,
      primary key (tenant_id, tag, image_id),
      foreign key (tenant_id, image_id) references scheduler.images on delete cascade
    )
  `.execute(db);
  await sql`create index image_tags_image on scheduler.image_tags (tenant_id, image_id)`.execute(db);
  await sql`
    create table scheduler.image_labels (
      tenant_id text not null,
      key text not null,
      value text not null,
      image_id bigint not null,
      primary key (tenant_id, key, value, image_id),
      foreign key (tenant_id, image_id) references scheduler.images on delete cascade
    )
  `.execute(db);
  await sql`create index image_labels_image on scheduler.image_labels (tenant_id, image_id)`.execute(db);

  await sql`
    create table scheduler.components (
      tenant_id text not null,
      component_id bigint generated always as identity,
      purl text not null,
      primary key (tenant_id, component_id),
      unique (tenant_id, purl)
    )
  `.execute(db);
  await sql`
    create table scheduler.component_keys (
      tenant_id text not null,
      package_key text not null,
      component_id bigint not null,
      primary key (tenant_id, package_key, component_id)
    )
  `.execute(db);
  await sql`
    create table scheduler.sbom_components (
      tenant_id text not null,
      component_id bigint not null,
      sbom_id bigint not null,
      primary key (tenant_id, component_id, sbom_id)
    )
  `.execute(db);
  await sql`create index sbom_components_sbom on scheduler.sbom_components (tenant_id, sbom_id, component_id)`.execute(
    db,
  );

  for (const table of [
    "images",
    "image_tags",
    "image_labels",
    "sboms",
    "components",
    "component_keys",
    "sbom_components",
  ]) {
    await sql`call scheduler.protect(${sql.lit(`scheduler.${table}`)}, 'select, insert, update, delete')`.execute(
      db,
    );
  }
}
