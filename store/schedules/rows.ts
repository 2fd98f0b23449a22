import { notFound } from "../../model/errors.ts";
import type { EngineTx } from "../tenant.ts";
import type { ScheduleRow } from "./due.ts";

/** The schedule, or `not_found` for an unknown and a foreign one alike. */
export async function getSchedule(tx: EngineTx, tenant: string, scheduleId: string): Promise<ScheduleRow> {
  const row = await oneSchedule(tx, tenant, scheduleId).executeTakeFirst();
  if (row === undefined) throw notFound("schedule", scheduleId);
  return row;
}

/** The same, locked until the commit: its ticker passes it over meanwhile. */
export async function lockSchedule(tx: EngineTx, tenant: string, scheduleId: string): Promise<ScheduleRow> {
  const row = await oneSchedule(tx, tenant, scheduleId).forUpdate().executeTakeFirst();
  if (row === undefined) throw notFound("schedule", scheduleId);
  return row;
}

function oneSchedule(tx: EngineTx, tenant: string, scheduleId: string) {
  return tx
    .selectFrom("scheduler.schedules")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("schedule_id", "=", scheduleId);
}
