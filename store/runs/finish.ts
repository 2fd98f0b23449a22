import type { TenantTx } from "../tenant.ts";
import type { RunRow } from "./rows.ts";

/** Closes an open run for good; a closed record never changes. */
export async function finishRun(
  tx: TenantTx,
  now: Date,
  run: RunRow,
  state: "completed" | "cancelled" | "error",
  fault: { readonly code: string; readonly message: string } | undefined,
): Promise<RunRow> {
  return tx
    .updateTable("scheduler.runs")
    .set({
      state,
      finished_at: now,
      planned_at: run.planned_at ?? now,
      error_code: fault?.code ?? null,
      error_message: fault?.message ?? null,
    })
    .where("tenant_id", "=", run.tenant_id)
    .where("run_id", "=", run.run_id)
    .where("state", "in", ["planning", "queued", "running"])
    .returningAll()
    .executeTakeFirstOrThrow();
}
