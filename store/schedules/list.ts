import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";
import type { ScheduleRow } from "./due.ts";

/** Which schedules a list shows; every given filter must hold. */
export interface ScheduleFilter {
  readonly enabled?: boolean | undefined;
  readonly jobKind?: string | undefined;
  readonly namePrefix?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Schedules in the order in which they were made, after an id. */
export async function listSchedules(
  tx: TenantTx,
  tenant: string,
  filter: ScheduleFilter,
  afterId: string,
  limit: number,
): Promise<ScheduleRow[]> {
  let query = tx
    .selectFrom("scheduler.schedules")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("schedule_id", ">", afterId);
  if (filter.enabled !== undefined) query = query.where("enabled", "=", filter.enabled);
  if (filter.jobKind !== undefined) query = query.where("job_kind", "=", filter.jobKind);
  if (filter.namePrefix !== undefined)
    query = query.where(sql<boolean>`starts_with(name, ${filter.namePrefix})`);
  for (const [key, value] of Object.entries(filter.labels ?? {})) {
    query = query.where(sql<boolean>`document -> 'labels' ->> ${key} = ${value}`);
  }
  return query.orderBy("schedule_id").limit(limit).execute();
}
