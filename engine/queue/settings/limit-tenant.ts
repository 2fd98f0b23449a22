import { z } from "zod";
import { tenantId } from "../../../model/identity/tenant.ts";
import { timestamp, toTimestamp } from "../../../model/time/timestamp.ts";
import { putQueueLimit } from "../../../store/queue-settings.ts";
import { withEngine } from "../../../store/tenant.ts";
import { afterCommit } from "../../after-commit.ts";
import { recordAudit } from "../../audit/record.ts";
import { atPool, type Ctx } from "../../context.ts";
import { applyQueueSettings } from "./apply.ts";
import { checkMayOperate, demandReason } from "./may-operate.ts";

/** What an operator sets for one tenant of a queue. */
export const tenantLimit = z.strictObject({
  weight: z.int().min(1).max(1_000).meta({
    description: "Its share of worker-time is in proportion to this; 1 for a tenant that nobody set.",
  }),
  maxLeased: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .meta({ description: "The most of its jobs that workers hold at once; null: no cap." }),
});

export const tenantLimitDocument = z.object({
  queue: z.string(),
  tenantId,
  ...tenantLimit.shape,
  changedAt: timestamp,
  changedBy: z.string(),
});

export interface LimitTenant {
  readonly queue: string;
  readonly tenant: string;
  readonly limit: z.infer<typeof tenantLimit>;
}

/**
 * Sets weight and cap of a tenant, audited with the operator's reason. It takes effect at once, or with the
 * next reconciliation where the queue is away.
 * @throws DomainError `forbidden`, `not_found`, `invalid` without a reason.
 */
export async function limitTenant(
  ctx: Ctx,
  { queue, tenant, limit }: LimitTenant,
): Promise<z.infer<typeof tenantLimitDocument>> {
  await checkMayOperate(ctx, queue);
  demandReason(ctx);
  const { weight, maxLeased } = limit;
  const changedBy = ctx.caller.identity.actor;
  const changedAt = await withEngine(ctx.engine, async (tx, now) => {
    const row = { queue, tenant, weight, max_leased: maxLeased, changed_at: now, changed_by: changedBy };
    await putQueueLimit(tx, row);
    await recordAudit(ctx, tx, now, {
      action: "queue.limit",
      targetKind: "queue",
      targetId: queue,
      details: { tenant, ...limit },
    });
    return now;
  });
  await afterCommit(ctx, "telling the queue a limit", () => applyQueueSettings(atPool(ctx, queue)), {
    queue,
  });
  return { queue, tenantId: tenant, ...limit, changedAt: toTimestamp(changedAt.getTime()), changedBy };
}
