import { sql } from "kysely";
import type { EngineTx } from "./tenant.ts";

/** Tables that are filled in bulk; the engine role may maintain them. */
export type BulkTable =
  | "images"
  | "image_tags"
  | "image_labels"
  | "sboms"
  | "components"
  | "component_keys"
  | "sbom_components"
  | "advisories"
  | "advisory_packages"
  | "advisory_aliases";

/** Pages of 8 kB that a table may grow by, beside a quarter of what it had, before it is looked at again. */
const grownPages = 10;

/**
 * Refreshes the planner's statistics of those tables that have grown by a quarter since the last time. Sizes
 * are asked for, since the counters of changes arrive seconds late. A table that somebody else works on is
 * passed over. Some 100 ms for a large table: samples are bounded.
 */
export async function refreshStatistics(tx: EngineTx, tables: readonly BulkTable[]): Promise<void> {
  const { rows } = await sql<{ name: BulkTable }>`
    select c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'scheduler' and c.relname = any(${tables}::text[])
       and pg_relation_size(c.oid) / 8192 > c.relpages * 1.25 + ${grownPages}
  `.execute(tx);
  for (const { name } of rows) {
    await sql`analyze (skip_locked) scheduler.${sql.ref(name)}`.execute(tx);
  }
}
