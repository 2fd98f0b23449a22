import { type Kysely, sql } from "kysely";

/** What operators see of workers: when they were heard of, how they fare, and which of them shall drain. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table scheduler.workers
      -- Of its queue when it registered. Workers of rows without one were registered before this was kept.
      add column epoch text not null default '',
      add column last_heard_at timestamptz,
      add column left_at timestamptz,
      -- No reason: it was not told to drain, or may go on.
      add column drain_reason text,
      add column drain_at timestamptz,
      add column drain_by text
  `.execute(db);
  await sql`create index workers_gone on scheduler.workers (left_at) where left_at is not null`.execute(db);
  await sql`create index workers_heard on scheduler.workers (coalesce(last_heard_at, registered_at))`.execute(
    db,
  );
  // A drain that was lifted stays as a row without a reason.
  await sql`
    create table scheduler.pool_drains (
      pool text primary key,
      reason text,
      changed_at timestamptz not null,
      changed_by text not null
    )
  `.execute(db);
  await sql`grant select, insert, update, delete on scheduler.pool_drains to jobengine_engine`.execute(db);

  // Ended attempts by worker and hour, kept for a day. Each batch of results changes a few rows of it again.
  await sql`
    create table scheduler.worker_tallies (
      tenant_id text not null,
      hour timestamptz not null,
      worker_id text not null,
      kind text not null,
      succeeded integer not null,
      failed integer not null,
      crashed integer not null,
      -- Of failed and crashed: those whose job another worker did later.
      refuted integer not null,
      primary key (tenant_id, hour, worker_id, kind)
    ) with (fillfactor = 70)
  `.execute(db);
  await sql`create index worker_tallies_hour on scheduler.worker_tallies (hour)`.execute(db);
  await sql`create index worker_tallies_worker on scheduler.worker_tallies (worker_id)`.execute(db);
  await sql`call scheduler.protect('scheduler.worker_tallies', 'select')`.execute(db);

  await sql`alter table scheduler.job_attempts add column counted_as text`.execute(db);

  await sql`
    alter table scheduler.late_results
      add column digest text,
      -- Copied from the worker's registration, which is not kept as long.
      add column sdk text,
      add column build text
  `.execute(db);
  await sql`create index late_results_undecided on scheduler.late_results (tenant_id, job_id) where agreement = 'undecided'`.execute(
    db,
  );
  await sql`create index late_results_worker on scheduler.late_results (worker)`.execute(db);
  await sql`create index late_results_received on scheduler.late_results (received_at)`.execute(db);
}
