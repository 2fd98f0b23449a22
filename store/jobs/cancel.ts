import { sql } from "kysely";
import type { JobAttempt } from "../../model/queue/job-message.ts";
import type { TenantTx } from "../tenant.ts";

interface Key {
  readonly tenant: string;
  readonly runId: string;
}

/** Closes every job of a run in one of these states as cancelled and books its images. The run row must be locked. */
export async function cancelJobs(
  tx: TenantTx,
  now: Date,
  key: Key,
  of: { readonly states: readonly ("planned" | "queued")[]; readonly reason: "run_cancelled" | "run_failed" },
): Promise<void> {
  await sql`
    with closed as (
      update scheduler.jobs set state = 'cancelled', outcome_reason = ${of.reason}, finished_at = ${now}
       where tenant_id = ${key.tenant} and run_id = ${key.runId} and state = any(${of.states}::text[])
      returning images
    ) ${bookCancelled(key)}
  `.execute(tx);
}

/** Closes queued jobs of a cancelled run alike, each only at the attempt given. The run row must be locked. */
export async function cancelQueuedJobs(
  tx: TenantTx,
  now: Date,
  key: Key,
  attempts: readonly JobAttempt[],
): Promise<void> {
  if (attempts.length === 0) return;
  await sql`
    with closed as (
      update scheduler.jobs j set state = 'cancelled', outcome_reason = 'run_cancelled', finished_at = ${now}
        from unnest(${attempts.map((a) => a.job)}::text[], ${attempts.map((a) => a.attempt)}::int[]) as a (job_id, attempt)
       where j.tenant_id = ${key.tenant} and j.run_id = ${key.runId} and j.job_id = a.job_id
         and j.attempt = a.attempt and j.state = 'queued'
      returning j.images
    ) ${bookCancelled(key)}
  `.execute(tx);
}

/** Queued jobs of a run with their attempts, after a job id. */
export async function listQueuedAttempts(
  tx: TenantTx,
  key: Key,
  afterJobId: string,
  limit: number,
): Promise<JobAttempt[]> {
  return tx
    .selectFrom("scheduler.jobs")
    .select(["job_id as job", "attempt"])
    .where("tenant_id", "=", key.tenant)
    .where("run_id", "=", key.runId)
    .where("state", "=", "queued")
    .where("job_id", ">", afterJobId)
    .orderBy("job_id")
    .limit(limit)
    .execute();
}

/** Moves the images of the rows in `closed` to the cancelled side of the run's books. */
function bookCancelled(key: Key) {
  return sql`
    update scheduler.runs r
       set images_cancelled = r.images_cancelled + c.images, jobs_open = r.jobs_open - c.jobs
      from (select coalesce(sum(images), 0)::int as images, count(*)::int as jobs from closed) c
     where r.tenant_id = ${key.tenant} and r.run_id = ${key.runId} and c.jobs > 0`;
}
