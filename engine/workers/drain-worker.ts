import { notFound } from "../../model/errors.ts";
import { withEngine } from "../../store/tenant.ts";
import { lockDrains, setWorkerDrain } from "../../store/workers/drains.ts";
import { findWorkerRow } from "../../store/workers/rows.ts";
import { afterCommit } from "../after-commit.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { checkMayOperate, demandReason } from "../queue/settings/may-operate.ts";
import { applyDrains } from "./apply-drains.ts";
import { findVisibleWorker } from "./find.ts";
import { howTold, type Told } from "./told.ts";

/**
 * Tells a worker to finish what it has and leave; it hears it with its next claim or beat. Again: the newer
 * reason stands. Audited with it.
 * @throws DomainError `not_found`, `forbidden`, `invalid` without a reason, `unavailable`
 */
export async function drainWorker(ctx: Ctx, workerId: string): Promise<Told> {
  return setDrain(ctx, workerId, () => demandReason(ctx));
}

/**
 * Lets a worker that was told to drain go on, if it has not heard it yet; again: no change.
 * @throws DomainError `not_found`, `forbidden`, `unavailable`
 */
export async function undrainWorker(ctx: Ctx, workerId: string): Promise<Told> {
  return setDrain(ctx, workerId, () => null);
}

async function setDrain(ctx: Ctx, workerId: string, reasonOf: () => string | null): Promise<Told> {
  const { pool } = await findVisibleWorker(ctx, workerId);
  await checkMayOperate(ctx, pool);
  const reason = reasonOf();
  await withEngine(ctx.engine, async (tx, now) => {
    await lockDrains(tx);
    const worker = await findWorkerRow(tx, workerId);
    if (worker === undefined) throw notFound("worker", workerId);
    if (reason === null && worker.drain_reason === null) return;
    await setWorkerDrain(tx, workerId, { reason, at: now, by: ctx.caller.identity.actor });
    await recordAudit(ctx, tx, now, {
      action: reason === null ? "worker.undrain" : "worker.drain",
      targetKind: "worker",
      targetId: workerId,
      details: { pool: worker.pool, host: worker.host },
    });
  });
  await afterCommit(ctx, "telling a worker to drain", () => applyDrains(ctx), { worker: workerId });
  return howTold(ctx, new Set([workerId]));
}
