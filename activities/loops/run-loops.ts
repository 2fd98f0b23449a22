import type { Engine } from "../../engine/context.ts";
import { prune } from "../../engine/housekeeping/prune.ts";
import { measureActive } from "../../engine/observe.ts";
import { lookAfterRuns } from "../../engine/runs/look-after.ts";
import { shutOutRevoked } from "../../engine/worker-keys/revoke.ts";
import { ensureTickers } from "../../engine/schedules/ensure-tickers.ts";
import { watchWorkers } from "../../engine/workers/watch.ts";
import { type Loop, startLoop } from "./loop.ts";

const lookAfterMs = 30_000;
/** A revoked key is out of Valkey within so long, whoever died when it was revoked. */
const shutOutMs = 2_000;
const watchMs = 10_000;
const measureMs = 10_000;
const pruneMs = 10 * 60_000;

/** What the scheduler-worker does for all pools together, any number of times in any number of processes. */
export function startRunLoops(engine: Engine): readonly Loop[] {
  const { log } = engine;
  return [
    startLoop({ name: "runs", log }, async () => {
      const { signalled } = await lookAfterRuns(engine);
      if (signalled > 0) log.info({ signalled }, "Told runs whose signal had got lost that they are done.");
      return lookAfterMs;
    }),
    startLoop({ name: "tickers", log }, async () => {
      await ensureTickers(engine);
      return lookAfterMs;
    }),
    startLoop({ name: "workers", log }, async () => {
      await watchWorkers(engine);
      return watchMs;
    }),
    startLoop({ name: "worker-keys", log }, async () => {
      await shutOutRevoked(engine);
      return shutOutMs;
    }),
    startLoop({ name: "prune", log }, async () => {
      await prune(engine);
      return pruneMs;
    }),
    startLoop({ name: "measure", log }, async () => {
      await measureActive(engine);
      return measureMs;
    }),
  ];
}
