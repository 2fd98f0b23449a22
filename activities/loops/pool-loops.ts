import type { Engine } from "../../engine/context.ts";
import { listPoolNames } from "../../engine/pools/find.ts";
import { type Loop, startLoop } from "./loop.ts";
import { onceThere } from "./once-there.ts";

/** A pool that somebody makes is served after so long at most. */
const lookForPoolsMs = 2_000;

/** Opens the queue of a pool and starts its loops. */
export type ServePool = (pool: string) => Promise<readonly Loop[]>;

/** The queues of all pools, those included that are made while the process runs. */
export interface PoolLoops {
  stop(): Promise<void>;
}

/**
 * Serves every pool, and looks for new ones; resolves when the first `pools` are served, as `/readyz` promises.
 * A pool that cannot be served now is tried again and holds up no other.
 */
export async function servePools(
  engine: Engine,
  stopping: Promise<unknown>,
  serve: ServePool,
): Promise<PoolLoops> {
  const served = new Map<string, readonly Loop[]>();

  async function serveAll(): Promise<void> {
    const pools = await listPoolNames(engine);
    const fresh = pools.filter((pool) => !served.has(pool));
    const results = await Promise.allSettled(fresh.map(async (pool) => served.set(pool, await serve(pool))));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  await onceThere(engine.log, stopping, serveAll);
  const looking = startLoop({ name: "pools", log: engine.log }, async () => {
    await serveAll();
    return lookForPoolsMs;
  });
  return {
    async stop() {
      await looking.stop();
      await Promise.all([...served.values()].flat().map((loop) => loop.stop()));
    },
  };
}
