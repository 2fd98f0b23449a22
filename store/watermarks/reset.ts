import type { TenantTx } from "../tenant.ts";
import type { WatermarkKey, WatermarkRow } from "./rows.ts";

/** Gives a watermark that exists the value that an operator wants, whatever it had; undefined when it does not. */
export async function resetWatermark(
  tx: TenantTx,
  now: Date,
  { tenant, kind, name }: WatermarkKey,
  to: { readonly value: string | null; readonly by: string },
): Promise<WatermarkRow | undefined> {
  return tx
    .updateTable("scheduler.watermarks")
    .set((row) => ({
      value: to.value,
      moved_from: null,
      moved_by_job: null,
      moved_by: to.by,
      moved_at: now,
      revision: row("revision", "+", 1),
    }))
    .where("tenant_id", "=", tenant)
    .where("kind", "=", kind)
    .where("name", "=", name)
    .returningAll()
    .executeTakeFirst();
}
