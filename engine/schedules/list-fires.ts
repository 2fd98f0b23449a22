import { z } from "zod";
import { runId } from "../../model/runs/run.ts";
import { fireVerdicts } from "../../model/schedules/decide-fire.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import { type FireRow, listFires as listRows } from "../../store/schedules/list-fires.ts";
import { getSchedule } from "../../store/schedules/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

export const fireVerdict = z.enum(fireVerdicts);

/** A row of the fire ledger. */
export const fireDocument = z.object({
  nominalAt: timestamp.meta({ description: "The instant that the expression names." }),
  verdict: fireVerdict,
  decidedAt: timestamp,
  lagMs: z.int().meta({ description: "How long after it was due the instant was decided, in milliseconds." }),
  runId: runId.optional().meta({ description: "The run that it started." }),
  scheduleRevision: z.int().meta({ description: "The revision that decided it." }),
  count: z.int().meta({ description: "Instants that this row stands for: more than one after a long gap." }),
  lastNominalAt: timestamp.meta({ description: "The last of them." }),
});

export function toFireDocument(row: FireRow): z.infer<typeof fireDocument> {
  return {
    nominalAt: toTimestamp(row.nominal_at.getTime()),
    verdict: row.verdict as z.infer<typeof fireVerdict>,
    decidedAt: toTimestamp(row.decided_at.getTime()),
    lagMs: row.lag_ms,
    ...(row.run_id !== null && { runId: row.run_id }),
    scheduleRevision: row.schedule_revision,
    count: row.fire_count,
    lastNominalAt: toTimestamp(row.last_nominal_at.getTime()),
  };
}

/** Verdicts about a schedule's due instants, newest first. @throws DomainError `not_found` */
export async function listFires(
  ctx: Ctx,
  input: {
    readonly scheduleId: string;
    readonly verdicts: readonly string[] | undefined;
    readonly before: Date | undefined;
    readonly limit: number;
  },
): Promise<FireRow[]> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx) => {
    await getSchedule(tx, tenant, input.scheduleId);
    return listRows(tx, { tenant, ...input }, input.limit);
  });
}
