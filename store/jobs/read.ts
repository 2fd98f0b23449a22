import type { Selectable } from "kysely";
import { notFound } from "../../model/errors.ts";
import type { JobAttemptsTable, LateResultsTable } from "../tables.ts";
import type { TenantTx } from "../tenant.ts";
import { type ArtifactRow, listArtifacts } from "./artifacts.ts";
import type { ParkedJobRow } from "./parked/rows.ts";
import type { RunRow } from "../runs/rows.ts";
import type { JobRow } from "./rows.ts";

/** A job with everything that is recorded about it, each list by attempt. */
export interface JobRecord {
  readonly job: JobRow;
  readonly attempts: readonly Selectable<JobAttemptsTable>[];
  readonly lateResults: readonly Selectable<LateResultsTable>[];
  readonly artifacts: readonly ArtifactRow[];
  /** Why it was given up; undefined unless it is parked. */
  readonly parked: ParkedJobRow | undefined;
}

/** One job with what was decided of its run, or `not_found` for an unknown and a foreign one alike. */
export async function readJobWithRun(
  tx: TenantTx,
  tenant: string,
  jobId: string,
): Promise<
  JobRow &
    Pick<RunRow, "cancel_requested_at" | "rate_per_second"> & { readonly parked: ParkedJobRow | undefined }
> {
  const job = await tx
    .selectFrom("scheduler.jobs as j")
    .innerJoin("scheduler.runs as r", (join) =>
      join.onRef("r.tenant_id", "=", "j.tenant_id").onRef("r.run_id", "=", "j.run_id"),
    )
    .selectAll("j")
    .select(["r.cancel_requested_at", "r.rate_per_second"])
    .where("j.tenant_id", "=", tenant)
    .where("j.job_id", "=", jobId)
    .executeTakeFirst();
  if (job === undefined) throw notFound("job", jobId);
  return { ...job, parked: await findParked(tx, job) };
}

async function findParked(tx: TenantTx, job: JobRow): Promise<ParkedJobRow | undefined> {
  if (job.state !== "parked") return undefined;
  return tx
    .selectFrom("scheduler.parked_jobs")
    .selectAll()
    .where("tenant_id", "=", job.tenant_id)
    .where("job_id", "=", job.job_id)
    .executeTakeFirst();
}

/** Rows of one list that are shown: attempts are bounded by the budgets, the rest by nothing. */
const mostRows = 100;

/** One job, or `not_found` for an unknown and a foreign one alike. */
export async function readJob(tx: TenantTx, tenant: string, jobId: string): Promise<JobRecord> {
  const job = await tx
    .selectFrom("scheduler.jobs")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("job_id", "=", jobId)
    .executeTakeFirst();
  if (job === undefined) throw notFound("job", jobId);
  const attempts = await tx
    .selectFrom("scheduler.job_attempts")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("job_id", "=", jobId)
    .orderBy("attempt")
    .limit(mostRows)
    .execute();
  const lateResults = await tx
    .selectFrom("scheduler.late_results")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("job_id", "=", jobId)
    .orderBy("attempt")
    .orderBy("received_at")
    .limit(mostRows)
    .execute();
  const artifacts = await listArtifacts(tx, { tenant, jobId }, undefined, mostRows);
  return { job, attempts, lateResults, artifacts, parked: await findParked(tx, job) };
}
