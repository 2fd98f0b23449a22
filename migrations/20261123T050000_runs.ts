import { type Kysely, sql } from "kysely";

/** Runs with their books, the impact snapshot, jobs with their attempts, and what streams replay. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.runs (
      tenant_id text not null,
      run_id text not null,
      schedule_id text,
      schedule_revision integer,
      trigger text not null,
      mode text not null,
      class text not null,
      state text not null,
      -- What was asked for: selection, purls or advisories, limits. Read once, by planning.
      request jsonb not null,
      reason jsonb not null,
      feed_seq bigint,
      impact_digest text,
      images_planned integer not null default 0,
      images_fresh integer not null default 0,
      images_succeeded integer not null default 0,
      images_failed integer not null default 0,
      images_incomplete integer not null default 0,
      images_cancelled integer not null default 0,
      jobs_total integer not null default 0,
      jobs_open integer not null default 0,
      late_results integer not null default 0,
      components integer not null default 0,
      components_matchable integer not null default 0,
      new_findings integer not null default 0,
      new_critical integer not null default 0,
      new_high integer not null default 0,
      fixed_findings integer not null default 0,
      images_changed integer not null default 0,
      error_code text,
      error_message text,
      retry_of text,
      correlation_id text not null,
      created_by text not null,
      created_at timestamptz not null,
      planned_at timestamptz,
      queued_at timestamptz,
      started_at timestamptz,
      last_result_at timestamptz,
      finished_at timestamptz,
      cancel_requested_at timestamptz,
      cancel_requested_by text,
      shard smallint not null,
      workflow_started_at timestamptz,
      drained_signalled_at timestamptz,
      event_seq integer not null default 0,
      primary key (tenant_id, run_id)
    )
  `.execute(db);
  await sql`create index runs_schedule on scheduler.runs (tenant_id, schedule_id, run_id)`.execute(db);
  await sql`create index runs_open on scheduler.runs (tenant_id, schedule_id) where state in ('planning', 'queued', 'running')`.execute(
    db,
  );
  await sql`create index runs_unstarted on scheduler.runs (shard, created_at) where workflow_started_at is null and state = 'planning'`.execute(
    db,
  );
  await sql`create index runs_drained on scheduler.runs (planned_at) where jobs_open = 0 and planned_at is not null and state in ('planning', 'queued', 'running')`.execute(
    db,
  );
  await sql`
    create table scheduler.run_images (
      tenant_id text not null,
      run_id text not null,
      ordinal integer not null,
      image_id bigint not null,
      image_digest text not null,
      sbom_id bigint,
      sbom_seq integer not null,
      primary key (tenant_id, run_id, ordinal)
    )
  `.execute(db);
  await sql`
    create table scheduler.run_image_outcomes (
      tenant_id text not null,
      run_id text not null,
      ordinal integer not null,
      status text not null,
      reason text not null,
      primary key (tenant_id, run_id, ordinal)
    )
  `.execute(db);
  await sql`
    create table scheduler.run_events (
      tenant_id text not null,
      run_id text not null,
      seq integer not null,
      kind text not null,
      at timestamptz not null,
      data jsonb not null,
      primary key (tenant_id, run_id, seq)
    )
  `.execute(db);
  await sql`
    create table scheduler.jobs (
      tenant_id text not null,
      job_id text not null,
      run_id text not null,
      kind text not null,
      class text not null,
      state text not null,
      -- Which images of the snapshot: ranges, since a segment that settled partly leaves holes.
      ordinals int4multirange not null,
      images integer not null,
      -- The fence, raised when the job turns from planned to queued or is rebuilt, nowhere else.
      attempt integer not null default 0,
      tries integer not null default 0,
      crashes integer not null default 0,
      permanent_by text,
      not_before timestamptz,
      wall_clock_ms integer not null,
      parent_job_id text,
      -- A column that older readers join on; written by nothing here.
      task_runner_id text,
      worker text,
      outcome_reason text,
      result_digest text,
      created_at timestamptz not null,
      first_queued_at timestamptz,
      queued_at timestamptz,
      finished_at timestamptz,
      primary key (tenant_id, job_id)
    )
  `.execute(db);
  await sql`create index jobs_run on scheduler.jobs (tenant_id, run_id, state, job_id)`.execute(db);
  await sql`create index jobs_open on scheduler.jobs (state, queued_at) where state in ('planned', 'queued')`.execute(
    db,
  );
  await sql`
    create table scheduler.job_attempts (
      tenant_id text not null,
      job_id text not null,
      attempt integer not null,
      outcome text not null,
      error_class text,
      message text,
      worker text,
      leased_ms bigint,
      settled_at timestamptz not null,
      primary key (tenant_id, job_id, attempt)
    )
  `.execute(db);
  await sql`
    create table scheduler.late_results (
      tenant_id text not null,
      entry_id text not null,
      job_id text not null,
      attempt integer not null,
      outcome text not null,
      worker text,
      agreement text not null,
      received_at timestamptz not null,
      primary key (tenant_id, job_id, entry_id)
    )
  `.execute(db);
  await sql`
    create table scheduler.artifacts (
      tenant_id text not null,
      job_id text not null,
      attempt integer not null,
      name text not null,
      digest text not null,
      bytes bigint not null,
      mime text not null,
      created_at timestamptz not null,
      primary key (tenant_id, job_id, attempt, name)
    )
  `.execute(db);
  for (const table of [
    "runs",
    "run_images",
    "run_image_outcomes",
    "run_events",
    "jobs",
    "job_attempts",
    "late_results",
    "artifacts",
  ]) {
    await sql`call scheduler.protect(${sql.lit(`scheduler.${table}`)}, 'select, insert, update')`.execute(db);
  }
}
