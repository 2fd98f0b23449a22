import { type Kysely, sql } from "kysely";

/** Schedules with their next due instant, and the fire ledger: one row for each due instant. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.schedules (
      tenant_id text not null,
      schedule_id text not null,
      name text not null,
      enabled boolean not null,
      job_kind text not null,
      document jsonb not null,
      revision integer not null default 1,
      -- Which of the ticker workflows drives it.
      shard smallint not null,
      -- The nominal instant, and the same plus its jitter; both null while nothing is due.
      next_nominal_at timestamptz,
      next_due_at timestamptz,
      created_at timestamptz not null,
      created_by text not null,
      updated_at timestamptz not null,
      updated_by text not null,
      primary key (tenant_id, schedule_id),
      unique (tenant_id, name)
    )
  `.execute(db);
  await sql`create index schedules_due on scheduler.schedules (shard, next_due_at) where next_due_at is not null`.execute(
    db,
  );
  await sql`
    create table scheduler.fires (
      tenant_id text not null,
      schedule_id text not null,
      nominal_at timestamptz not null,
      verdict text not null,
      decided_at timestamptz not null,
      lag_ms bigint not null,
      run_id text,
      schedule_revision integer not null,
      -- A long gap is one row: every due instant from nominal_at to last_nominal_at, fire_count of them.
      last_nominal_at timestamptz not null,
      fire_count integer not null default 1,
      primary key (tenant_id, schedule_id, nominal_at)
    )
  `.execute(db);
  await sql`call scheduler.protect('scheduler.schedules', 'select, insert, update, delete')`.execute(db);
  await sql`call scheduler.protect('scheduler.fires', 'select, insert')`.execute(db);
}
