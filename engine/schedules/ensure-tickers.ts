import {
  taskQueue,
  tickerShards,
  tickerSignals,
  workflowIds,
  workflowTypes,
} from "../../workflows/contract.ts";
import type { Engine } from "../context.ts";

/**
 * Sees to it that each shard of the schedules has its ticker: starts those that never were, or that somebody has ended
 * by hand, and nudges the others.
 */
export async function ensureTickers(engine: Engine): Promise<void> {
  for (let shard = 0; shard < tickerShards; shard++) {
    const start = {
      type: workflowTypes.scheduleTicker,
      workflowId: workflowIds.scheduleTicker(shard),
      taskQueue,
    };
    await engine.workflows.signalWithStart({ ...start, arg: { shard } }, tickerSignals.nudge);
  }
}
