import type { ScheduleInput } from "../../model/schedules/schedule.ts";
import type { TenantTx } from "../tenant.ts";
import type { NextDue, ScheduleRow } from "./due.ts";

/** A schedule to be written, with the instant that it is due first. */
export interface NewSchedule extends NextDue {
  readonly document: ScheduleInput;
  /** Which ticker fires it. */
  readonly shard: number;
  readonly by: string;
}

/** Inserts a schedule at revision 1; undefined when the tenant has another one of this name. */
export async function insertSchedule(
  tx: TenantTx,
  now: Date,
  schedule: NewSchedule,
): Promise<ScheduleRow | undefined> {
  const { document } = schedule;
  return tx
    .insertInto("scheduler.schedules")
    .values({
      tenant_id: schedule.tenant,
      schedule_id: schedule.scheduleId,
      name: document.name,
      enabled: document.enabled,
      job_kind: document.jobKind,
      document: JSON.stringify(document),
      shard: schedule.shard,
      next_nominal_at: schedule.nominalAt,
      next_due_at: schedule.dueAt,
      created_at: now,
      created_by: schedule.by,
      updated_at: now,
      updated_by: schedule.by,
    })
    .onConflict((conflict) => conflict.columns(["tenant_id", "name"]).doNothing())
    .returningAll()
    .executeTakeFirst();
}
