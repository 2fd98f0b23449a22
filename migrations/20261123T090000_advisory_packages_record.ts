import { type Kysely, sql } from "kysely";

/** From a record to its packages: what a stretch of the feed touches starts with its records. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index advisory_packages_record on scheduler.advisory_packages (tenant_id, seq)`.execute(
    db,
  );
}
