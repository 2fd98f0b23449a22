import type { Ctx } from "../context.ts";
import type { ScheduleView } from "./documents.ts";
import { editSchedule } from "./edit.ts";

export interface PauseInput {
  readonly id: string;
  /** The revision that the caller has read; undefined for any. */
  readonly revision: number | undefined;
  /** Why, for the audit; in front of the operator's note. */
  readonly reason: string | undefined;
}

/** Pauses a schedule: its due instants are recorded as `skipped_paused` and start nothing. Again: no change. */
export async function pauseSchedule(ctx: Ctx, input: PauseInput): Promise<ScheduleView> {
  return setEnabled(ctx, input, false);
}

/** Resumes a schedule; instants that were due meanwhile stay skipped. Again: no change. */
export async function resumeSchedule(ctx: Ctx, input: PauseInput): Promise<ScheduleView> {
  return setEnabled(ctx, input, true);
}

async function setEnabled(
  ctx: Ctx,
  { id, revision, reason }: PauseInput,
  enabled: boolean,
): Promise<ScheduleView> {
  const action = enabled ? "schedule.resume" : "schedule.pause";
  return editSchedule(withReason(ctx, reason), {
    id,
    revision,
    action,
    change: (current) => ({ ...current, enabled }),
  });
}

/** The same context with a reason of the body in the place of the header's. */
export function withReason(ctx: Ctx, reason: string | undefined): Ctx {
  if (reason === undefined) return ctx;
  return { ...ctx, caller: { ...ctx.caller, note: { ...ctx.caller.note, reason } } };
}
