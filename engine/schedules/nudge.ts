import { tickerSignals, workflowIds } from "../../workflows/contract.ts";
import { afterCommit } from "../after-commit.ts";
import type { Engine } from "../context.ts";

/** Tells the ticker of a shard that something moved. A lost nudge delays by ten seconds at most. */
export async function nudgeTicker(engine: Engine, shard: number): Promise<void> {
  await afterCommit(
    engine,
    "nudging a schedule ticker",
    () => engine.workflows.signal(workflowIds.scheduleTicker(shard), tickerSignals.nudge),
    { shard },
  );
}
