import { Context } from "@temporalio/activity";
import type { Engine } from "../engine/context.ts";
import { cancelRun } from "../engine/runs/cancel.ts";
import { checkRun, readRun } from "../engine/runs/check.ts";
import { closeRun, failRun } from "../engine/runs/close.ts";
import { dispatchRun, resendRun } from "../engine/runs/dispatch.ts";
import { planRun } from "../engine/runs/plan.ts";
import { progressOf } from "../engine/runs/progress.ts";
import { drainDue, startRuns } from "../engine/schedules/drain-due.ts";
import type { SchedulerActivities } from "../workflows/contract.ts";
import { toFailure } from "./failure.ts";

/** A quarter of the heartbeat timeout: planning a large run is one long statement, with nothing to tell. */
const heartbeatMs = 2_000;

/** The activities over an engine: thin shells, each repeatable. */
export function createSchedulerActivities(engine: Engine): SchedulerActivities {
  return {
    drainDue: ({ shard }) => beating(() => drainDue(engine, shard)),
    startRuns: ({ shard }) => beating(() => startRuns(engine, shard)),

    planAndDispatch: (run) =>
      beating(async ({ cancellationSignal: signal, info, heartbeat }) => {
        const { pool } = await orFailure("ERR_RUN_PLANNING", () => planRun(engine, run));
        const dispatch = { ...run, pool, signal, onChunk: heartbeat, waitsForRoom: true };
        return orFailure("ERR_RUN_DISPATCH", async () => {
          // Whoever tried before may have died between raising attempts and sending them.
          if (info.attempt > 1) await resendRun(engine, dispatch);
          await dispatchRun(engine, dispatch);
          return progressOf(await readRun(engine, run));
        });
      }),

    checkRun: (run) => beating(async () => progressOf(await checkRun(engine, run))),
    cancelRun: (run) => beating(async () => progressOf(await cancelRun(engine, run, "temporal"))),
    closeRun: (run) =>
      beating(() => orFailure("ERR_RUN_ENGINE", async () => progressOf(await closeRun(engine, run)))),
    failRun: (run, error) => beating(async () => progressOf(await failRun(engine, run, error))),
  };
}

/** Heartbeats while the work goes on, so that a dead process is told from a slow one. */
async function beating<T>(
  work: (
    context: Pick<Context, "cancellationSignal" | "info"> & { heartbeat: (sent: number) => void },
  ) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), heartbeatMs);
  try {
    const { cancellationSignal, info } = context;
    return await work({ cancellationSignal, info, heartbeat: (sent) => context.heartbeat(sent) });
  } finally {
    clearInterval(timer);
  }
}

async function orFailure<T>(type: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFailure(error, type);
  }
}
