import { nextDue } from "../../model/schedules/due.ts";
import type { ScheduleInput } from "../../model/schedules/schedule.ts";
import type { NextDue } from "../../store/schedules/due.ts";

/** When a new or edited schedule is due first: counted from an instant, paused or not. */
export function nextDueOf(
  key: { readonly tenant: string; readonly scheduleId: string },
  schedule: ScheduleInput,
  from: Date,
): NextDue {
  const due = nextDue({ id: key.scheduleId, ...schedule }, from.getTime());
  return {
    ...key,
    nominalAt: due === undefined ? null : new Date(due.nominalAtMs),
    dueAt: due === undefined ? null : new Date(due.dueAtMs),
  };
}
