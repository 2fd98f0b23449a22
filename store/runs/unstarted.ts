import type { EngineTx } from "../tenant.ts";
import type { RunRow } from "./rows.ts";

/** Notes that a run's workflow exists. */
export async function markWorkflowStarted(
  tx: EngineTx,
  now: Date,
  tenant: string,
  runId: string,
): Promise<void> {
  await tx
    .updateTable("scheduler.runs")
    .set({ workflow_started_at: now })
    .where("tenant_id", "=", tenant)
    .where("run_id", "=", runId)
    .where("workflow_started_at", "is", null)
    .execute();
}

/** Runs of a shard that wait for their workflow, oldest first. */
export async function listUnstarted(tx: EngineTx, shard: number, limit: number): Promise<RunRow[]> {
  return tx
    .selectFrom("scheduler.runs")
    .selectAll()
    .where("shard", "=", shard)
    .where("workflow_started_at", "is", null)
    .where("state", "=", "planning")
    .orderBy("created_at")
    .limit(limit)
    .execute();
}

/** How many runs of a shard wait for their workflow, up to 1,000. */
export async function countUnstarted(tx: EngineTx, shard: number): Promise<number> {
  const waiting = await tx
    .selectFrom("scheduler.runs")
    .select("run_id")
    .where("shard", "=", shard)
    .where("workflow_started_at", "is", null)
    .where("state", "=", "planning")
    .limit(1_000)
    .execute();
  return waiting.length;
}
