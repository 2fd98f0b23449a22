import { lockDue, untilNextDue } from "../../store/schedules/due.ts";
import { countUnstarted, listUnstarted } from "../../store/runs/unstarted.ts";
import { withEngine } from "../../store/tenant.ts";
import type { DrainedDue } from "../../workflows/contract.ts";
import type { Engine } from "../context.ts";
import { startWorkflowOf } from "../runs/start.ts";
import { settleDue } from "./settle-due.ts";

/** Schedules decided in one transaction. */
const batch = 500;
/** The longest the ticker sleeps: what an edit's lost signal can delay. */
const longestSleepMs = 10_000;
/** Workflow starts under way at once: one client starts 125 a second with a worker busy beside it. */
const startsAtOnce = 16;

/** Decides everything of a shard that is due now, and tells when to look again. */
export async function drainDue(engine: Engine, shard: number): Promise<DrainedDue> {
  for (let fires = 0; ;) {
    const done = await withEngine(engine.engine, async (tx, now) => {
      const due = await lockDue(tx, now, shard, batch);
      await settleDue(engine, tx, now, due);
      fires += due.length;
      if (due.length === batch) return undefined;
      const nextMs = await untilNextDue(tx, now, shard);
      const unstarted = await countUnstarted(tx, shard);
      return { fires, unstarted, nextDueInMs: Math.min(nextMs ?? longestSleepMs, longestSleepMs) };
    });
    if (done !== undefined) return done;
  }
}

/** Starts the workflows of the shard's runs that have none, oldest first; answers how many. */
export async function startRuns(engine: Engine, shard: number): Promise<number> {
  for (let started = 0; ;) {
    const waiting = await withEngine(engine.engine, (tx) => listUnstarted(tx, shard, batch));
    const failures: unknown[] = [];
    for (let at = 0; at < waiting.length; at += startsAtOnce) {
      const tried = await Promise.allSettled(
        waiting.slice(at, at + startsAtOnce).map((run) => startWorkflowOf(engine, run)),
      );
      failures.push(...tried.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : [])));
    }
    started += waiting.length - failures.length;
    // A run that cannot be started holds up neither the others nor the schedules of its shard: the ticker tries it
    // again within ten seconds.
    if (failures.length > 0) {
      engine.log.error({ err: failures[0], shard, runs: failures.length }, "Runs could not be started.");
      return started;
    }
    if (waiting.length < batch) return started;
  }
}
