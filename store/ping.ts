import { sql } from "kysely";
import type { Database } from "./tenant.ts";

/** One round trip, for readiness. */
export async function pingDatabase(db: Database): Promise<void> {
  await sql`select 1`.execute(db.kysely);
}
