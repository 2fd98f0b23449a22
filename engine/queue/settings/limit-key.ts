import { z } from "zod";
import { concurrencyKey } from "../../../model/queue/job-message.ts";
import { timestamp, toTimestamp } from "../../../model/time/timestamp.ts";
import { putQueueKey } from "../../../store/queue-keys.ts";
import { withEngine } from "../../../store/tenant.ts";
import { afterCommit } from "../../after-commit.ts";
import { recordAudit } from "../../audit/record.ts";
import { atPool, type Ctx } from "../../context.ts";
import { applyQueueSettings } from "./apply.ts";
import { checkMayOperate, demandReason } from "./may-operate.ts";

/** What an operator sets for one concurrency key of a queue. */
const limits = z.strictObject({
  maxLeased: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .meta({ description: "The most of its jobs that workers hold at once; null: no limit." }),
  perSecond: z
    .number()
    .min(0.0001)
    .max(1_000_000)
    .nullable()
    .meta({ description: "Its jobs that may be given a second on average, fractions too; null: no limit." }),
  burst: z.int().min(1).max(1_000_000).default(1).meta({
    description: "Its jobs that may be given at once after a pause; of no effect without `perSecond`.",
  }),
});

export const keyLimit = limits.extend({
  reopen: z
    .boolean()
    .default(false)
    .meta({ description: "Opens the key at once that an outcome `rate_limited` has closed for a while." }),
});

export const keyLimitDocument = z.object({
  queue: z.string(),
  key: concurrencyKey,
  ...limits.shape,
  changedAt: timestamp,
  changedBy: z.string(),
});

export interface LimitKey {
  readonly queue: string;
  readonly key: string;
  readonly limit: z.infer<typeof keyLimit>;
}

/**
 * Sets the limits of a concurrency key, audited with the operator's reason, and opens it when asked to. Limits
 * take effect at once, or with the next reconciliation where the queue is away; opening must be repeated then.
 * @throws DomainError `forbidden`, `not_found`, `invalid` without a reason.
 */
export async function limitKey(
  ctx: Ctx,
  { queue, key, limit }: LimitKey,
): Promise<z.infer<typeof keyLimitDocument>> {
  await checkMayOperate(ctx, queue);
  demandReason(ctx);
  const { reopen, ...set } = limit;
  const { maxLeased, perSecond, burst } = set;
  const changedBy = ctx.caller.identity.actor;
  const changedAt = await withEngine(ctx.engine, async (tx, now) => {
    const limited = { queue, key, max_leased: maxLeased, per_second: perSecond, burst };
    await putQueueKey(tx, { ...limited, changed_at: now, changed_by: changedBy });
    await recordAudit(ctx, tx, now, {
      action: "queue.limit-key",
      targetKind: "queue",
      targetId: queue,
      details: { key, ...limit },
    });
    return now;
  });
  const engine = atPool(ctx, queue);
  await afterCommit(ctx, "telling the queue the limits of a key", () => applyQueueSettings(engine), {
    queue,
  });
  if (reopen) await engine.queue.reopenKeys([key]);
  return { queue, key, ...set, changedAt: toTimestamp(changedAt.getTime()), changedBy };
}
