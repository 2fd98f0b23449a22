import { sql } from "kysely";
import type { ScheduleInput } from "../../model/schedules/schedule.ts";
import type { TenantTx } from "../tenant.ts";
import type { NextDue, ScheduleRow } from "./due.ts";

/** Writes the next revision of a schedule; its row must be locked. */
export async function updateSchedule(
  tx: TenantTx,
  now: Date,
  next: NextDue & { readonly document: ScheduleInput; readonly by: string },
): Promise<ScheduleRow> {
  const { document } = next;
  return tx
    .updateTable("scheduler.schedules")
    .set({
      name: document.name,
      enabled: document.enabled,
      job_kind: document.jobKind,
      document: JSON.stringify(document),
      revision: sql`revision + 1`,
      next_nominal_at: next.nominalAt,
      next_due_at: next.dueAt,
      updated_at: now,
      updated_by: next.by,
    })
    .where("tenant_id", "=", next.tenant)
    .where("schedule_id", "=", next.scheduleId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Whether another schedule of the tenant has this name. */
export async function isNameTaken(
  tx: TenantTx,
  tenant: string,
  name: string,
  otherThanId: string,
): Promise<boolean> {
  const row = await tx
    .selectFrom("scheduler.schedules")
    .select("schedule_id")
    .where("tenant_id", "=", tenant)
    .where("name", "=", name)
    .where("schedule_id", "<>", otherThanId)
    .executeTakeFirst();
  return row !== undefined;
}
