import type { TenantTx } from "../tenant.ts";

/** The oldest event of a run that is kept; undefined when there is none. */
export async function oldestEventSeq(
  tx: TenantTx,
  tenant: string,
  runId: string,
): Promise<number | undefined> {
  const row = await tx
    .selectFrom("scheduler.run_events")
    .select("seq")
    .where("tenant_id", "=", tenant)
    .where("run_id", "=", runId)
    .orderBy("seq")
    .limit(1)
    .executeTakeFirst();
  return row?.seq;
}
