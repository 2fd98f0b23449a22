import type { Selectable } from "kysely";
import type { DeltasTable } from "../tables.ts";
import type { TenantTx } from "../tenant.ts";

export type DeltaRow = Selectable<DeltasTable>;

/** The deltas of a run that matter most: by new critical, high and other findings, then in image order. */
export async function topDeltas(
  tx: TenantTx,
  tenant: string,
  runId: string,
  limit: number,
): Promise<DeltaRow[]> {
  return tx
    .selectFrom("scheduler.deltas")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("run_id", "=", runId)
    .orderBy("new_critical", "desc")
    .orderBy("new_high", "desc")
    .orderBy("new_findings", "desc")
    .orderBy("image_id")
    .limit(limit)
    .execute();
}
