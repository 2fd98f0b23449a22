import { type Kysely, sql } from "kysely";

/** Concurrency keys: what operators set for them, of the platform and of no tenant, and which a job has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.queue_keys (
      queue text not null,
      key text not null,
      max_leased integer check (max_leased > 0),
      per_second double precision check (per_second > 0),
      burst integer not null check (burst > 0),
      changed_at timestamptz not null,
      changed_by text not null,
      primary key (queue, key)
    )
  `.execute(db);
  await sql`grant select, insert, update, delete on scheduler.queue_keys to jobengine_engine`.execute(db);
  await sql`alter table scheduler.jobs add column concurrency_key text`.execute(db);
}
