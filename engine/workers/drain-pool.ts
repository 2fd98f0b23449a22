import { withEngine } from "../../store/tenant.ts";
import { findPoolDrain, listPoolMembers, lockDrains, putPoolDrain } from "../../store/workers/drains.ts";
import { afterCommit } from "../after-commit.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { checkMayOperate, demandReason } from "../queue/settings/may-operate.ts";
import { applyDrains } from "./apply-drains.ts";
import { howTold, type Told } from "./told.ts";

/**
 * Tells all workers of a pool to finish what they have and leave, and holds registrations for it back until that
 * is lifted. Again: the newer reason stands. Audited with it.
 * @throws DomainError `not_found`, `forbidden`, `invalid` without a reason, `unavailable`
 */
export async function drainPool(ctx: Ctx, pool: string): Promise<Told> {
  await checkMayOperate(ctx, pool);
  return setDrain(ctx, pool, demandReason(ctx));
}

/** Lets a pool work again; again: no change. @throws DomainError `not_found`, `forbidden`, `unavailable` */
export async function undrainPool(ctx: Ctx, pool: string): Promise<Told> {
  await checkMayOperate(ctx, pool);
  return setDrain(ctx, pool, null);
}

async function setDrain(ctx: Ctx, pool: string, reason: string | null): Promise<Told> {
  const members = await withEngine(ctx.engine, async (tx, now) => {
    await lockDrains(tx);
    const here = await listPoolMembers(tx, pool);
    if (reason === null && (await findPoolDrain(tx, pool)) === undefined) return here;
    await putPoolDrain(tx, { pool, reason, changed_at: now, changed_by: ctx.caller.identity.actor });
    await recordAudit(ctx, tx, now, {
      action: reason === null ? "pool.undrain" : "pool.drain",
      targetKind: "pool",
      targetId: pool,
    });
    return here;
  });
  await afterCommit(ctx, "telling the workers of a pool to drain", () => applyDrains(ctx), { pool });
  return howTold(ctx, new Set(members));
}
