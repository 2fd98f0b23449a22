import { nextFires } from "../../model/schedules/due.ts";
import type { Schedule } from "../../model/schedules/schedule.ts";
import { toTimestamp } from "../../model/time/timestamp.ts";
import type { ScheduleRow } from "../../store/schedules/due.ts";
import { scheduleOf } from "./settle-due.ts";

/** Instants in the `nextFires` of an answer. */
const shownFires = 5;

/** A schedule with the revision that its ETag carries. */
export interface ScheduleView {
  readonly schedule: Schedule;
  readonly revision: number;
}

/** A row as the API shows it, with the instants that follow now. */
export function toScheduleView(row: ScheduleRow, now: Date): ScheduleView {
  return { schedule: toScheduleDocument(row, now), revision: row.revision };
}

export function toScheduleDocument(row: ScheduleRow, now: Date): Schedule {
  const input = scheduleOf(row);
  return {
    schemaVersion: "scheduler.schedule@1",
    id: row.schedule_id,
    tenantId: row.tenant_id,
    ...input,
    createdAt: toTimestamp(row.created_at.getTime()),
    createdBy: row.created_by,
    updatedAt: toTimestamp(row.updated_at.getTime()),
    updatedBy: row.updated_by,
    nextFires: input.enabled ? nextFires(input, now.getTime(), shownFires).map(toTimestamp) : [],
  };
}
