import { type Kysely, sql } from "kysely";

/** What operators set for a queue: the truth of what Valkey is told, which forgets. Of the platform, of no tenant. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheduler.queue_limits (
      queue text not null,
      tenant text not null,
      weight integer not null check (weight between 1 and 1000),
      max_leased integer check (max_leased > 0),
      changed_at timestamptz not null,
      changed_by text not null,
      primary key (queue, tenant)
    )
  `.execute(db);
  // A pause that was lifted stays as a row without a reason: told again, it lifts what a crash left behind.
  await sql`
    create table scheduler.queue_pauses (
      queue text not null,
      subject text not null,
      reason text,
      changed_at timestamptz not null,
      changed_by text not null,
      primary key (queue, subject)
    )
  `.execute(db);
  for (const table of ["queue_limits", "queue_pauses"]) {
    await sql`grant select, insert, update, delete on scheduler.${sql.ref(table)} to jobengine_engine`.execute(
      db,
    );
  }
}
