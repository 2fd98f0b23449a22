import { type Kysely, sql } from "kysely";

/**
 * From a record to its packages: what a stretch of the feed touches starts with its records. All columns, so
 * that even without statistics nothing prefers to skip through the primary key.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index advisory_packages_record
        on scheduler.advisory_packages (tenant_id, seq, advisory_id, package_key)
  `.execute(db);
}
