import { type Kysely, sql } from "kysely";

/** The trace in which a run was asked for; its jobs carry it to their workers, each retry again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table scheduler.runs add column trace jsonb`.execute(db);
}
