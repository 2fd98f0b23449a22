import { z } from "zod";
import { tenantId } from "../../model/identity/tenant.ts";
import { canSeePool, poolName } from "../../model/pools/pool.ts";
import { type EngineTx, withEngine } from "../../store/tenant.ts";
import { listPoolsWithDrains, type PoolRow } from "../../store/workers/pools.ts";
import { listWorkerRows, type WorkerRow } from "../../store/workers/rows.ts";
import type { Ctx, Engine } from "../context.ts";
import { drainNote } from "./documents.ts";
import { readFleet } from "./fleet.ts";
import { stateOf, toDrainNote } from "./present.ts";

const count = z.int();

/** A pool of workers as operators see it. */
export const poolDocument = z.object({
  name: poolName,
  tenantId: tenantId.optional().meta({ description: "Whose jobs it takes; absent: everybody's." }),
  workers: z.object({ active: count, draining: count, lost: count }),
  slots: count.meta({ description: "Jobs that its active workers can do at once." }),
  drain: drainNote
    .optional()
    .meta({ description: "Stands until it is lifted; nobody can register meanwhile." }),
});

export const poolList = z.object({ items: z.array(poolDocument) });

export type PoolDocument = z.infer<typeof poolDocument>;

/** The pools that the caller may see, by name. @throws DomainError `unavailable` */
export async function showPools(ctx: Ctx): Promise<PoolDocument[]> {
  const pools = await readPools(ctx);
  return pools.filter(({ tenantId: tenant }) => canSeePool(ctx.caller.identity, { tenant: tenant ?? null }));
}

/** Every pool, by name. @throws DomainError `unavailable` */
export async function readPools(engine: Engine): Promise<PoolDocument[]> {
  const fleet = await readFleet(engine);
  return withEngine(engine.engine, async (tx, now) => {
    const pools = new Map((await listPoolsWithDrains(tx)).map((row) => [row.pool, toDocument(row)]));
    for await (const row of everyWorker(tx)) {
      const state = stateOf(row, fleet, now);
      const pool = pools.get(row.pool);
      if (pool === undefined || state === "left") continue;
      pool.workers[state] += 1;
      if (state === "active") pool.slots += row.concurrency;
    }
    return [...pools.values()];
  });
}

const rowsAtOnce = 1_000;

/** The workers that did not say goodbye, some at a time. */
async function* everyWorker(tx: EngineTx): AsyncGenerator<WorkerRow> {
  for (let before: string | undefined; ;) {
    const rows = await listWorkerRows(tx, { isHere: true }, before, rowsAtOnce);
    yield* rows;
    if (rows.length < rowsAtOnce) return;
    before = rows.at(-1)?.worker_id;
  }
}

function toDocument(row: PoolRow): PoolDocument {
  const drain = toDrainNote("pool", row.reason, row.changed_at, row.changed_by);
  return {
    name: row.pool,
    ...(row.tenant !== null && { tenantId: row.tenant }),
    workers: { active: 0, draining: 0, lost: 0 },
    slots: 0,
    ...(drain && { drain }),
  };
}
