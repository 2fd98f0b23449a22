import { DomainError } from "../../model/errors.ts";
import type { WorkerIdentity } from "../../model/identity/worker-key.ts";
import { type OpenJob, findOpenJob } from "../../store/work/open-job.ts";
import { type TenantTx, withEngine, withTenant } from "../../store/tenant.ts";
import type { Engine } from "../context.ts";

/** Which attempt of which job a worker asks about, and who it is. */
export interface JobRequest {
  readonly worker: WorkerIdentity;
  readonly jobId: string;
  readonly attempt: number;
}

/**
 * Runs `work` in the tenant of an open (job, attempt) of the worker's queue. The tenant comes from the job,
 * never from the worker; whatever is not open is `not_found`.
 */
export async function inOpenJob<T>(
  engine: Engine,
  { worker, jobId, attempt }: JobRequest,
  work: (tx: TenantTx, job: OpenJob, now: Date) => Promise<T>,
): Promise<T> {
  const job = await withEngine(engine.engine, (tx) => findOpenJob(tx, jobId, attempt));
  if (job === undefined || job.pool !== worker.pool)
    throw new DomainError("not_found", "This attempt of this job is not open.");
  return withTenant(engine.app, job.tenant_id, (tx, now) => work(tx, job, now));
}
