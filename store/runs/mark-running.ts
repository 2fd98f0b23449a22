import type { TenantTx } from "../tenant.ts";

/** Turns a queued run into a running one, once; true for the caller that did. */
export async function markRunning(
  tx: TenantTx,
  now: Date,
  key: { readonly tenant: string; readonly runId: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("scheduler.runs")
    .set({ state: "running", started_at: now })
    .where("tenant_id", "=", key.tenant)
    .where("run_id", "=", key.runId)
    .where("state", "=", "queued")
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}
