import { invalidField, notFound } from "../../model/errors.ts";
import { canOperatePool, canSeePool, worksFor } from "../../model/pools/pool.ts";
import { findPool, listOpenPools, listPools, type PoolRow } from "../../store/pools.ts";
import { withEngine } from "../../store/tenant.ts";
import type { Ctx, Engine } from "../context.ts";

/** A pool that the caller may see. @throws DomainError `not_found` for unknown and foreign ones alike */
export async function findVisiblePool(ctx: Ctx, name: string): Promise<PoolRow> {
  const pool = await withEngine(ctx.engine, (tx) => findPool(tx, name));
  if (pool === undefined || !canSeePool(ctx.caller.identity, pool)) throw notFound("queue", name);
  return pool;
}

/** The names of all pools: whoever serves queues serves these. */
export async function listPoolNames(engine: Engine): Promise<string[]> {
  return (await withEngine(engine.engine, (tx) => listPools(tx))).map(({ pool }) => pool);
}

/** The names of those whose queue is open. */
export async function listOpenPoolNames(engine: Engine): Promise<string[]> {
  return (await withEngine(engine.engine, (tx) => listOpenPools(tx))).map(({ pool }) => pool);
}

/** The pools with an open queue that the caller may see, by name. */
export async function listVisiblePools(ctx: Ctx): Promise<PoolRow[]> {
  const pools = await withEngine(ctx.engine, (tx) => listOpenPools(tx));
  return pools.filter((pool) => canSeePool(ctx.caller.identity, pool));
}

/** Whether the caller may operate it as a whole. */
export async function mayOperatePool(ctx: Ctx, name: string): Promise<boolean> {
  return canOperatePool(ctx.caller.identity, await findVisiblePool(ctx, name));
}

/**
 * Refuses a pool that does not work for a tenant, before anything is sent there.
 * @throws DomainError `invalid` for unknown and foreign pools alike
 */
export async function checkWorksFor(engine: Engine, name: string, tenant: string): Promise<void> {
  const pool = await withEngine(engine.engine, (tx) => findPool(tx, name));
  if (pool === undefined || !worksFor(pool, tenant)) throw invalidField("pool", "there is no such pool");
}
