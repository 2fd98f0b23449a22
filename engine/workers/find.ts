import { notFound } from "../../model/errors.ts";
import { canSeePool } from "../../model/pools/pool.ts";
import { withEngine } from "../../store/tenant.ts";
import { findWorkerRow, type WorkerRow } from "../../store/workers/rows.ts";
import type { Ctx } from "../context.ts";

/** A worker of a pool that the caller may see. @throws DomainError `not_found` for unknown and foreign ones alike */
export async function findVisibleWorker(ctx: Ctx, workerId: string): Promise<WorkerRow> {
  const row = await withEngine(ctx.engine, (tx) => findWorkerRow(tx, workerId));
  if (row === undefined || !canSeePool(ctx.caller.identity, { tenant: row.pool_tenant })) {
    throw notFound("worker", workerId);
  }
  return row;
}
