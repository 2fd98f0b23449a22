import type { JobClass } from "../../model/queue/job-message.ts";
import type { TenantTx } from "../tenant.ts";

/** Gives an open job another class, which its later attempts keep; answers whether it was open. */
export async function setJobClass(
  tx: TenantTx,
  tenant: string,
  jobId: string,
  class_: JobClass,
): Promise<boolean> {
  const changed = await tx
    .updateTable("scheduler.jobs")
    .set({ class: class_ })
    .where("tenant_id", "=", tenant)
    .where("job_id", "=", jobId)
    .where("state", "in", ["planned", "queued"])
    .returning("job_id")
    .executeTakeFirst();
  return changed !== undefined;
}
