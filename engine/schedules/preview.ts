import { z } from "zod";
import { nextFires } from "../../model/schedules/due.ts";
import { scheduleInput } from "../../model/schedules/schedule.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import { countSelected } from "../../store/images/count-selected.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { previewRun } from "../runs/plan.ts";
import { impactCounts, toImpactCounts } from "../runs/preview.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";
import { requestOf } from "./settle-due.ts";

/** A schedule that is not saved; it needs no name yet. */
export const schedulePreviewInput = scheduleInput.extend({ name: scheduleInput.shape.name.optional() });

/** When it would fire, and what a run of it would cover if it fired now. */
export const schedulePreview = z.object({
  nextFires: z.array(timestamp).meta({ description: "Nominal instants, paused or not." }),
  images: z.int().meta({ description: "Images that the selection covers." }),
  ...impactCounts.shape,
});

/** Answers what a schedule would do; writes nothing. */
export async function previewSchedule(
  ctx: Ctx,
  input: z.infer<typeof schedulePreviewInput>,
): Promise<z.infer<typeof schedulePreview>> {
  const schedule = { ...input, name: input.name ?? "preview" };
  refuseUnsupported(schedule);
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx, now) => ({
    nextFires: nextFires(schedule, now.getTime(), 5).map(toTimestamp),
    images: await countSelected(tx, tenant, schedule.selection),
    ...toImpactCounts(await previewRun(tx, now, tenant, requestOf(schedule), schedule.mode)),
  }));
}
