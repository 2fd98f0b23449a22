import { type Kysely, sql } from "kysely";

/** Audit, outbox and idempotency keys of tenants; queues, worker keys and workers of the platform. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.audit (
      tenant_id text not null,
      seq bigint not null,
      at timestamptz not null,
      actor text not null,
      action text not null,
      target_kind text not null,
      target_id text not null,
      details jsonb not null,
      reason text,
      ticket text,
      request_id text not null,
      previous_hash text not null,
      hash text not null,
      primary key (tenant_id, seq)
    )
  `.execute(db);
  await sql`create index audit_target on scheduler.audit (tenant_id, target_kind, target_id, seq)`.execute(
    db,
  );
  await sql`
    create table scheduler.audit_heads (
      tenant_id text primary key,
      seq bigint not null,
      hash text not null
    )
  `.execute(db);
  await sql`
    create table scheduler.outbox (
      tenant_id text not null,
      event_id uuid not null,
      kind text not null,
      version integer not null,
      idempotency_key text not null,
      envelope jsonb not null,
      occurred_at timestamptz not null,
      published_at timestamptz,
      primary key (tenant_id, event_id),
      unique (tenant_id, idempotency_key)
    )
  `.execute(db);
  await sql`create index outbox_age on scheduler.outbox (occurred_at)`.execute(db);
  await sql`
    create table scheduler.idempotency_keys (
      tenant_id text not null,
      route text not null,
      key text not null,
      body_hash text not null,
      status integer not null,
      body jsonb not null,
      created_at timestamptz not null,
      primary key (tenant_id, route, key)
    )
  `.execute(db);
  await sql`create index idempotency_keys_age on scheduler.idempotency_keys (created_at)`.execute(db);
  await sql`call scheduler.protect('scheduler.audit', 'select, insert')`.execute(db);
  // Append-only for the engine as well: a chain that somebody can rewrite proves nothing.
  await sql`revoke update, delete on scheduler.audit from jobengine_engine`.execute(db);
  await sql`call scheduler.protect('scheduler.audit_heads', 'select, insert, update')`.execute(db);
  await sql`call scheduler.protect('scheduler.outbox', 'select, insert')`.execute(db);
  await sql`call scheduler.protect('scheduler.idempotency_keys', 'select, insert, delete')`.execute(db);

  // Of the platform, of no tenant: the request role has no right on them.
  await sql`
    create table scheduler.queues (
      queue text primary key,
      epoch text not null,
      valkey_run_id text,
      opened_at timestamptz not null
    )
  `.execute(db);
  await sql`
    create table scheduler.worker_keys (
      key_id text primary key,
      queue text not null,
      pool text not null,
      secret_hash text not null,
      created_at timestamptz not null,
      revoked_at timestamptz
    )
  `.execute(db);
  await sql`
    create table scheduler.workers (
      worker_id text primary key,
      key_id text not null references scheduler.worker_keys,
      host text not null,
      sdk text not null,
      build text not null,
      kinds text[] not null,
      concurrency integer not null,
      registered_at timestamptz not null
    )
  `.execute(db);
  for (const table of ["queues", "worker_keys", "workers"]) {
    await sql`grant select, insert, update, delete on scheduler.${sql.ref(table)} to jobengine_engine`.execute(
      db,
    );
  }
}
