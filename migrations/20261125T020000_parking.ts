import { type Kysely, sql } from "kysely";

/**
 * Jobs that were given up, as the list that operators work off: the record of the job itself never changes
 * again. Runs that repeat others, paced if their operator wants it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.parked_jobs (
      tenant_id text not null,
      job_id text not null,
      run_id text not null,
      schedule_id text,
      kind text not null,
      mode text not null,
      reason text not null,
      error_class text not null,
      error_code text,
      error_message text not null,
      worker text,
      tries integer not null,
      crashes integer not null,
      -- What is left of the segment: of one that settled partly, the job's own ranges say more.
      ordinals int4multirange not null,
      images integer not null,
      parked_at timestamptz not null,
      redriven_by text,
      redriven_at timestamptz,
      primary key (tenant_id, job_id)
    )
  `.execute(db);
  // One for each filter of the list, in the order of the list.
  for (const column of ["run_id", "schedule_id", "kind", "reason", "error_class", "error_code"]) {
    await sql`
      create index ${sql.ref(`parked_jobs_${column}`)}
          on scheduler.parked_jobs (tenant_id, ${sql.ref(column)}, parked_at, job_id)
    `.execute(db);
  }
  await sql`create index parked_jobs_age on scheduler.parked_jobs (tenant_id, parked_at, job_id)`.execute(db);
  await sql`create index parked_jobs_waiting on scheduler.parked_jobs (tenant_id, parked_at, job_id) where redriven_by is null`.execute(
    db,
  );
  await sql`create index parked_jobs_redriven on scheduler.parked_jobs (tenant_id, redriven_by, parked_at, job_id) where redriven_by is not null`.execute(
    db,
  );
  await sql`call scheduler.protect('scheduler.parked_jobs', 'select, insert, update')`.execute(db);

  await sql`
    alter table scheduler.runs
      add jobs_parked integer not null default 0,
      -- How many jobs a second may be sent; null for as many as there is room for.
      add rate_per_second integer check (rate_per_second > 0),
      -- Until when the jobs that were sent fill that rate.
      add paced_until timestamptz
  `.execute(db);
  await sql`create index runs_retry_of on scheduler.runs (tenant_id, retry_of) where retry_of is not null`.execute(
    db,
  );
  await sql`alter table scheduler.job_attempts add error_code text`.execute(db);
}
