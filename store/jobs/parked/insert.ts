import { sql } from "kysely";
import type { ParkReason } from "../../../model/jobs/park-reason.ts";
import type { RunRow } from "../../runs/rows.ts";
import type { EngineTx } from "../../tenant.ts";
import { multirange } from "../insert.ts";

/** A job that was given up, with its last error. */
export interface ParkedJob {
  readonly jobId: string;
  readonly kind: string;
  readonly reason: ParkReason;
  readonly errorClass: string;
  readonly errorCode: string | null;
  readonly message: string;
  readonly worker: string | null;
  readonly tries: number;
  readonly crashes: number;
  /** What is left of its segment. */
  readonly ordinals: readonly (readonly [from: number, to: number])[];
  readonly images: number;
}

/** Puts jobs of one run on the list of those that wait for an operator. */
export async function insertParkedJobs(
  tx: EngineTx,
  now: Date,
  run: Pick<RunRow, "tenant_id" | "run_id" | "schedule_id" | "mode">,
  jobs: readonly ParkedJob[],
): Promise<void> {
  if (jobs.length === 0) return;
  const column = <K extends keyof ParkedJob>(name: K) => jobs.map((job) => job[name]);
  await sql`
    insert into scheduler.parked_jobs (tenant_id, run_id, schedule_id, mode, job_id, kind, reason, error_class, error_code,
                                       error_message, worker, tries, crashes, ordinals, images, parked_at)
    select ${run.tenant_id}, ${run.run_id}, ${run.schedule_id}, ${run.mode}, p.job_id, p.kind, p.reason, p.error_class,
           p.error_code, p.message, p.worker, p.tries, p.crashes, p.ordinals::int4multirange, p.images, ${now}
      from unnest(${column("jobId")}::text[], ${column("kind")}::text[], ${column("reason")}::text[],
                  ${column("errorClass")}::text[], ${column("errorCode")}::text[], ${column("message")}::text[],
                  ${column("worker")}::text[], ${column("tries")}::int[], ${column("crashes")}::int[],
                  ${jobs.map((job) => multirange(job.ordinals))}::text[], ${column("images")}::int[])
        as p (job_id, kind, reason, error_class, error_code, message, worker, tries, crashes, ordinals, images)
  `.execute(tx);
}
