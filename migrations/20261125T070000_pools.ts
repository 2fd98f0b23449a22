import { type Kysely, sql } from "kysely";

/**
 * Pools of workers. Each has a queue of its own, named like it: whoever may claim from a queue may write its keys, so
 * workers that do not trust each other must not share one.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.pools (
      pool text primary key check (pool ~ '^[A-Za-z0-9_-]{1,64}$'),
      tenant text,
      created_at timestamptz not null,
      created_by text not null
    )
  `.execute(db);
  await sql`grant select, insert, update on scheduler.pools to jobengine_engine`.execute(db);

  // The queue was what separated workers before; the pool was a remark.
  await sql`update scheduler.worker_keys set pool = queue`.execute(db);
  await sql`
    insert into scheduler.pools (pool, tenant, created_at, created_by)
    select pool, null, now(), 'jobengine' from (select 'default' as pool union select pool from scheduler.worker_keys) p
  `.execute(db);
  await sql`
    alter table scheduler.worker_keys
      drop column queue,
      add column created_by text not null default 'jobengine',
      add column revoked_by text,
      add foreign key (pool) references scheduler.pools
  `.execute(db);
  await sql`create index worker_keys_pool on scheduler.worker_keys (pool, key_id)`.execute(db);

  await sql`alter table scheduler.runs add column pool text not null default 'default'`.execute(db);
  await sql`alter table scheduler.jobs add column pool text not null default 'default'`.execute(db);
  // What the reconciler and a rebuild page through.
  await sql`create index jobs_queued on scheduler.jobs (pool, job_id) where state = 'queued'`.execute(db);
}
