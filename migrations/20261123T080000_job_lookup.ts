import { type Kysely, sql } from "kysely";

/** A stale result may name its job only: the engine role finds the tenant by the job's id. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index jobs_id on scheduler.jobs (job_id)`.execute(db);
}
