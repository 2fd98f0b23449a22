import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Selection } from "../../model/images/selection.ts";

/**
 * The condition "this image is selected", for a query in which `scheduler.images` is `i`. Every filter
 * that is not empty must hold: one of the namespaces, repositories, digests and tags, all of the labels.
 * Equality on btree columns only: see the note on row-level security in docs/architecture.md.
 */
export function isSelected(selection: Selection): RawBuilder<SqlBool> {
  const conditions: RawBuilder<SqlBool>[] = [sql`true`];
  if (selection.namespaces.length > 0)
    conditions.push(sql`i.namespace = any(${selection.namespaces}::text[])`);
  if (selection.repositories.length > 0)
    conditions.push(sql`i.repository = any(${selection.repositories}::text[])`);
  if (selection.digests.length > 0) conditions.push(sql`i.digest = any(${selection.digests}::text[])`);
  if (selection.includeTags.length > 0) {
    conditions.push(sql`exists (select 1 from scheduler.image_tags t
      where t.tenant_id = i.tenant_id and t.image_id = i.image_id and t.tag = any(${selection.includeTags}::text[]))`);
  }
  for (const [key, value] of Object.entries(selection.labels)) {
    conditions.push(sql`exists (select 1 from scheduler.image_labels l
      where l.tenant_id = i.tenant_id and l.image_id = i.image_id and l.key = ${key} and l.value = ${value})`);
  }
  return sql`(${sql.join(conditions, sql` and `)})`;
}
