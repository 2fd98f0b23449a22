import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** A job that a worker may hold: open in PostgreSQL at this attempt, in a run that was not cancelled. */
export interface OpenJob {
  readonly tenant_id: string;
  readonly run_id: string;
  readonly job_id: string;
  readonly kind: string;
  readonly pool: string;
  readonly attempt: number;
  readonly mode: "analysis-only" | "content-refresh";
  readonly feed_seq: number;
  readonly state: string;
  /** Of its segment, as a multirange in text. */
  readonly ordinals: string;
}

/** Finds it by job and attempt alone; undefined for unknown, closed and superseded ones alike. */
export async function findOpenJob(
  tx: EngineTx,
  jobId: string,
  attempt: number,
): Promise<OpenJob | undefined> {
  const { rows } = await sql<OpenJob>`
    select j.tenant_id, j.run_id, j.job_id, j.kind, j.pool, j.attempt, r.mode, coalesce(r.feed_seq, 0) as feed_seq,
           r.state, j.ordinals
      from scheduler.jobs j join scheduler.runs r using (tenant_id, run_id)
     where j.job_id = ${jobId} and j.attempt = ${attempt} and j.state = 'queued'
       and r.state in ('queued', 'running') and r.cancel_requested_at is null
  `.execute(tx);
  return rows[0];
}
