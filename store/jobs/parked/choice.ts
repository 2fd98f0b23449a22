import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { ParkedFilter } from "../../../model/jobs/parked-filter.ts";

/** Parked jobs by what they are, or by their ids. */
export type ParkedChoice = { readonly filter: ParkedFilter } | { readonly jobIds: readonly string[] };

/** The condition "this parked job is meant", for a query in which `scheduler.parked_jobs` is `p`. */
export function isChosen(tenant: string, choice: ParkedChoice): RawBuilder<SqlBool> {
  const conditions: RawBuilder<SqlBool>[] = [sql`p.tenant_id = ${tenant}`];
  if ("jobIds" in choice) conditions.push(sql`p.job_id = any(${choice.jobIds}::text[])`);
  else conditions.push(...conditionsOf(choice.filter));
  return sql`(${sql.join(conditions, sql` and `)})`;
}

/** Equality and order on columns of one btree index each: see docs/architecture.md on row-level security. */
function conditionsOf(filter: ParkedFilter): RawBuilder<SqlBool>[] {
  const conditions: RawBuilder<SqlBool>[] = [];
  const equal = {
    run_id: filter.runId,
    schedule_id: filter.scheduleId,
    kind: filter.kind,
    mode: filter.mode,
  };
  for (const [column, value] of Object.entries({ ...equal, error_code: filter.errorCode })) {
    if (value !== undefined) conditions.push(sql`p.${sql.ref(column)} = ${value}`);
  }
  if (filter.pool !== undefined) {
    conditions.push(sql`exists (select from scheduler.runs pr
      where pr.tenant_id = p.tenant_id and pr.run_id = p.run_id and pr.pool = ${filter.pool})`);
  }
  for (const [column, values] of Object.entries({ reason: filter.reason, error_class: filter.errorClass })) {
    // One value by equality: an index then gives the rows in the order of the list.
    if (values?.length === 1) conditions.push(sql`p.${sql.ref(column)} = ${values[0]}`);
    else if (values !== undefined) conditions.push(sql`p.${sql.ref(column)} = any(${values}::text[])`);
  }
  if (filter.parkedAfter !== undefined) conditions.push(sql`p.parked_at > ${new Date(filter.parkedAfter)}`);
  if (filter.parkedBefore !== undefined) conditions.push(sql`p.parked_at < ${new Date(filter.parkedBefore)}`);
  return conditions;
}
