import type { ScheduleInput, SchedulePatch } from "../../model/schedules/schedule.ts";
import type { Ctx } from "../context.ts";
import type { ScheduleView } from "./documents.ts";
import { editSchedule } from "./edit.ts";

interface Target {
  readonly id: string;
  /** The revision that the caller has read; undefined for any. */
  readonly revision: number | undefined;
}

/** Replaces a schedule whole. */
export async function replaceSchedule(
  ctx: Ctx,
  { input, ...target }: Target & { readonly input: ScheduleInput },
): Promise<ScheduleView> {
  return editSchedule(ctx, { ...target, action: "schedule.update", change: () => input });
}

/** Replaces the fields that the patch names, each whole; what is absent stays as it is. */
export async function patchSchedule(
  ctx: Ctx,
  { patch, ...target }: Target & { readonly patch: SchedulePatch },
): Promise<ScheduleView> {
  const change = (current: ScheduleInput): ScheduleInput => ({ ...current, ...definedOf(patch) });
  return editSchedule(ctx, { ...target, action: "schedule.update", change });
}

function definedOf(patch: SchedulePatch): Partial<ScheduleInput> {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
