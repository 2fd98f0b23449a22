import type { TenantTx } from "../tenant.ts";

/** A run that repeats another one and has not ended. */
export async function findOpenRetry(
  tx: TenantTx,
  tenant: string,
  runId: string,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom("scheduler.runs")
    .select("run_id")
    .where("tenant_id", "=", tenant)
    .where("retry_of", "=", runId)
    .where("state", "in", ["planning", "queued", "running"])
    .limit(1)
    .executeTakeFirst();
  return row?.run_id;
}
