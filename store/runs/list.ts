import type { TenantTx } from "../tenant.ts";
import type { RunRow } from "./rows.ts";

/** Which runs a list shows; every given filter must hold. */
export interface RunFilter {
  readonly states?: readonly string[] | undefined;
  readonly triggers?: readonly string[] | undefined;
  readonly scheduleId?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
}

/** Runs, newest first, before an id: ids are ordered by time. */
export async function listRuns(
  tx: TenantTx,
  tenant: string,
  filter: RunFilter,
  beforeId: string | undefined,
  limit: number,
): Promise<RunRow[]> {
  let query = tx.selectFrom("scheduler.runs").selectAll().where("tenant_id", "=", tenant);
  if (beforeId !== undefined) query = query.where("run_id", "<", beforeId);
  if (filter.states !== undefined) query = query.where("state", "in", [...filter.states]);
  if (filter.triggers !== undefined) query = query.where("trigger", "in", [...filter.triggers]);
  if (filter.scheduleId !== undefined) query = query.where("schedule_id", "=", filter.scheduleId);
  if (filter.createdAfter !== undefined) query = query.where("created_at", ">", filter.createdAfter);
  if (filter.createdBefore !== undefined) query = query.where("created_at", "<", filter.createdBefore);
  return query.orderBy("run_id", "desc").limit(limit).execute();
}
