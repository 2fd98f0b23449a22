import type { Selectable } from "kysely";
import type { FiresTable } from "../tables.ts";
import type { TenantTx } from "../tenant.ts";

export type FireRow = Selectable<FiresTable>;

/** Verdicts about a schedule's due instants, newest first, before an instant. */
export async function listFires(
  tx: TenantTx,
  where: {
    readonly tenant: string;
    readonly scheduleId: string;
    readonly verdicts?: readonly string[] | undefined;
    readonly before?: Date | undefined;
  },
  limit: number,
): Promise<FireRow[]> {
  let query = tx
    .selectFrom("scheduler.fires")
    .selectAll()
    .where("tenant_id", "=", where.tenant)
    .where("schedule_id", "=", where.scheduleId);
  if (where.verdicts !== undefined) query = query.where("verdict", "in", [...where.verdicts]);
  if (where.before !== undefined) query = query.where("nominal_at", "<", where.before);
  return query.orderBy("nominal_at", "desc").limit(limit).execute();
}
