import type { TenantTx } from "../tenant.ts";

/** Removes a schedule whose row is locked. Its fires and runs stay: they are history. */
export async function deleteSchedule(tx: TenantTx, tenant: string, scheduleId: string): Promise<void> {
  await tx
    .deleteFrom("scheduler.schedules")
    .where("tenant_id", "=", tenant)
    .where("schedule_id", "=", scheduleId)
    .execute();
}
