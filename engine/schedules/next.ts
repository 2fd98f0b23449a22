import { z } from "zod";
import { type DueRule, nextDue } from "../../model/schedules/due.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import { getSchedule } from "../../store/schedules/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { scheduleOf } from "./settle-due.ts";

/** The most instants that are told at once. */
export const nextCountMax = 100;

/** Coming instants of a schedule, as its ticker will decide them. */
export const nextAnswer = z.object({
  enabled: z.boolean().meta({ description: "While false the instants are recorded and start nothing." }),
  fires: z.array(
    z.object({
      nominalAt: timestamp.meta({ description: "The instant that the expression names." }),
      dueAt: timestamp.meta({ description: "When it starts: the same plus its jitter." }),
    }),
  ),
});

/** The next instants of a schedule by the function that fires it. @throws DomainError `not_found` */
export async function nextInstantsOf(
  ctx: Ctx,
  input: { readonly id: string; readonly count: number },
): Promise<z.infer<typeof nextAnswer>> {
  const tenant = ctx.caller.identity.tenant;
  const { row, now } = await withTenant(ctx.app, tenant, async (tx, now) => ({
    row: await getSchedule(tx, tenant, input.id),
    now,
  }));
  const schedule = scheduleOf(row);
  const fires = comingInstants({ id: row.schedule_id, ...schedule }, now.getTime(), input.count);
  return { enabled: row.enabled, fires };
}

function comingInstants(
  rule: DueRule,
  afterMs: number,
  count: number,
): { nominalAt: string; dueAt: string }[] {
  const fires: { nominalAt: string; dueAt: string }[] = [];
  for (let due = nextDue(rule, afterMs); due !== undefined && fires.length < count;) {
    fires.push({ nominalAt: toTimestamp(due.nominalAtMs), dueAt: toTimestamp(due.dueAtMs) });
    due = nextDue(rule, due.nominalAtMs);
  }
  return fires;
}
