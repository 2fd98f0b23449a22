import { DomainError } from "../../model/errors.ts";
import type { Schedule, ScheduleInput } from "../../model/schedules/schedule.ts";
import { insertSchedule } from "../../store/schedules/insert.ts";
import { withTenant } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { checkWorksFor } from "../pools/find.ts";
import { type IdempotencyKey, type KeptAnswer, once } from "../once.ts";
import { toScheduleDocument } from "./documents.ts";
import { nextDueOf } from "./next-due-of.ts";
import { nudgeTicker } from "./nudge.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";
import { tickerShardOf } from "./shard.ts";

/** Creates a schedule, which counts from now. @throws DomainError `conflict` when the name is taken. */
export async function createSchedule(
  ctx: Ctx,
  { input, key }: { readonly input: ScheduleInput; readonly key: IdempotencyKey | undefined },
): Promise<KeptAnswer<Schedule>> {
  refuseUnsupported(input);
  await checkWorksFor(ctx, input.pool, ctx.caller.identity.tenant);
  const { tenant, actor } = ctx.caller.identity;
  const scheduleId = ctx.newId("sch");
  const shard = tickerShardOf(scheduleId);
  const answer = await withTenant(ctx.app, tenant, (tx, now) =>
    once(ctx, tx, now, key, async () => {
      const due = nextDueOf({ tenant, scheduleId }, input, now);
      const row = await insertSchedule(tx, now, { ...due, document: input, shard, by: actor });
      if (row === undefined) throw nameTaken(input.name);
      await recordAudit(ctx, tx, now, {
        action: "schedule.create",
        targetKind: "schedule",
        targetId: scheduleId,
        details: { document: input },
      });
      return { status: 201, body: toScheduleDocument(row, now) };
    }),
  );
  if (!answer.isReplay) await nudgeTicker(ctx, shard);
  return answer;
}

/** Names are unique within a tenant, so that people can tell schedules apart. */
export function nameTaken(name: string): DomainError {
  return new DomainError("conflict", `There is another schedule named ${JSON.stringify(name)}.`, {
    fields: [{ path: "name", message: "is taken" }],
  });
}
