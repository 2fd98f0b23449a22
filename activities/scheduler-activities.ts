import { Context } from "@temporalio/activity";
import type { Engine } from "../engine/context.ts";
import { cancelRun } from "../engine/runs/cancel.ts";
import { checkRun } from "../engine/runs/check.ts";
import { closeRun, failRun } from "../engine/runs/close.ts";
import { dispatchRun, resendRun } from "../engine/runs/dispatch.ts";
import { planRun } from "../engine/runs/plan.ts";
import { progressOf } from "../engine/runs/progress.ts";
import { drainDue, startRuns } from "../engine/schedules/drain-due.ts";
import type { SchedulerActivities } from "../workflows/contract.ts";
import { toFailure } from "./failure.ts";

/** A third of the heartbeat timeout: planning a large run is one long statement, with nothing to tell. */
const heartbeatMs = 10_000;

/** The activities over an engine: thin shells, each repeatable. */
export function createSchedulerActivities(engine: Engine): SchedulerActivities {
  return {
    drainDue: ({ shard }) => drainDue(engine, shard),
    startRuns: ({ shard }) => startRuns(engine, shard),

    planAndDispatch: (run) =>
      withHeartbeat(async (context) => {
        await orFailure("ERR_RUN_PLANNING", () => planRun(engine, run));
        const dispatch = {
          ...run,
          signal: context.cancellationSignal,
          onChunk: (sent: number) => context.heartbeat(sent),
        };
        // Whoever tried before may have died between raising attempts and sending them.
        if (context.info.attempt > 1) await resendRun(engine, dispatch);
        return orFailure("ERR_RUN_DISPATCH", async () => {
          await dispatchRun(engine, dispatch);
          return progressOf(await checkRun(engine, run));
        });
      }),

    checkRun: async (run) => progressOf(await checkRun(engine, run)),
    cancelRun: async (run) => progressOf(await cancelRun(engine, run, "temporal")),
    closeRun: (run) => orFailure("ERR_RUN_ENGINE", async () => progressOf(await closeRun(engine, run))),
    failRun: async (run, error) => progressOf(await failRun(engine, run, error)),
  };
}

async function withHeartbeat<T>(work: (context: Context) => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), heartbeatMs);
  try {
    return await work(context);
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
