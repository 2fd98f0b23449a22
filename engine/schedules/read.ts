import type { Schedule } from "../../model/schedules/schedule.ts";
import type { ScheduleRow } from "../../store/schedules/due.ts";
import { type ScheduleFilter, listSchedules as listRows } from "../../store/schedules/list.ts";
import { getSchedule as getRow } from "../../store/schedules/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { type ScheduleView, toScheduleDocument, toScheduleView } from "./documents.ts";

/** One schedule. @throws DomainError `not_found` */
export async function getSchedule(ctx: Ctx, id: string): Promise<ScheduleView> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx, now) => toScheduleView(await getRow(tx, tenant, id), now));
}

/** Schedules that meet a filter, in the order in which they were made, with a function that shows one. */
export async function listSchedules(
  ctx: Ctx,
  input: { readonly filter: ScheduleFilter; readonly after: string; readonly limit: number },
): Promise<{ readonly rows: readonly ScheduleRow[]; readonly show: (row: ScheduleRow) => Schedule }> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx, now) => ({
    rows: await listRows(tx, tenant, input.filter, input.after, input.limit),
    show: (row) => toScheduleDocument(row, now),
  }));
}
