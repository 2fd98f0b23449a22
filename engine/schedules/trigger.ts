import type { Run } from "../../model/runs/run.ts";
import { getSchedule } from "../../store/schedules/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import type { IdempotencyKey, KeptAnswer } from "../once.ts";
import { createRun } from "../runs/create.ts";
import { withReason } from "./pause.ts";

/**
 * Starts a run of a schedule now, whether it is paused and whatever is open. The ledger knows nothing of it:
 * no instant was due. @throws DomainError `not_found`
 */
export async function triggerSchedule(
  ctx: Ctx,
  input: {
    readonly id: string;
    readonly force: boolean;
    readonly reason: string | undefined;
    readonly key: IdempotencyKey | undefined;
  },
): Promise<KeptAnswer<Run>> {
  const { id, force, reason, key } = input;
  const tenant = ctx.caller.identity.tenant;
  // Here an unknown schedule is not found, in the body of a run it is an invalid field.
  await withTenant(ctx.app, tenant, (tx) => getSchedule(tx, tenant, id));
  const creation = { scheduleId: id, force, ...(reason !== undefined && { reason: { text: reason } }) };
  return createRun(withReason(ctx, reason), { creation, key });
}
