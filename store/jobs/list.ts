import type { TenantTx } from "../tenant.ts";
import type { JobRow } from "./rows.ts";

/** Jobs of a run in the order of their ids, after an id. */
export async function listJobs(
  tx: TenantTx,
  where: {
    readonly tenant: string;
    readonly runId: string;
    readonly states?: readonly string[] | undefined;
    readonly afterJobId: string;
  },
  limit: number,
): Promise<JobRow[]> {
  let query = tx
    .selectFrom("scheduler.jobs")
    .selectAll()
    .where("tenant_id", "=", where.tenant)
    .where("run_id", "=", where.runId)
    .where("job_id", ">", where.afterJobId);
  if (where.states !== undefined) query = query.where("state", "in", [...where.states]);
  return query.orderBy("job_id").limit(limit).execute();
}
