import { nextDue } from "../../model/schedules/due.ts";
import type { ScheduleInput } from "../../model/schedules/schedule.ts";
import type { NextDue } from "../../store/schedules/due.ts";

/** When a new or edited schedule is due first: counted from now, paused or not. */
export function nextDueOf(
  key: { readonly tenant: string; readonly scheduleId: string },
  schedule: ScheduleInput,
  now: Date,
): NextDue {
  const due = nextDue({ id: key.scheduleId, ...schedule }, now.getTime());
  return {
    ...key,
    nominalAt: due === undefined ? null : new Date(due.nominalAtMs),
    dueAt: due === undefined ? null : new Date(due.dueAtMs),
  };
}
