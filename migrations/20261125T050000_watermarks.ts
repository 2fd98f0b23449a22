import { type Kysely, sql } from "kysely";

/** How far a kind of job has come in what it reads, under names of its own. Moved by compare-and-set. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.watermarks (
      tenant_id text not null,
      kind text not null,
      name text not null,
      -- Null after an operator sent it back to the start.
      value text check (octet_length(value) <= 512),
      -- What it was moved from and by which job: a repeat of that move is no conflict.
      moved_from text,
      moved_by_job text,
      moved_by text,
      moved_at timestamptz not null,
      revision bigint not null,
      primary key (tenant_id, kind, name)
    )
  `.execute(db);
  await sql`call scheduler.protect('scheduler.watermarks', 'select, insert, update')`.execute(db);
}
