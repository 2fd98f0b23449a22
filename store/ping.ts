import { sql } from "kysely";
import type { Database } from "./tenant.ts";

/** One round trip that only a migrated database answers, for readiness. */
export async function pingDatabase(db: Database): Promise<void> {
  await sql`select seq from scheduler.feed_sequence`.execute(db.kysely);
}
