import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** Against the accepted result of its job: `undecided` as long as there is none. */
export type Agreement = "confirms" | "differs" | "undecided";

/** A result that came too late or twice: kept, compared, changes nothing. */
export interface LateResult {
  readonly tenant: string;
  readonly runId: string;
  readonly entryId: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly worker: string;
  readonly digest: string | null;
  readonly agreement: Agreement;
}

/**
 * Keeps late results with the build of their workers, and counts those that were not kept before for their runs
 * while these are open.
 */
export async function insertLateResults(tx: EngineTx, now: Date, late: readonly LateResult[]): Promise<void> {
  if (late.length === 0) return;
  const column = <K extends keyof LateResult>(name: K) => late.map((one) => one[name]);
  await sql`
    with late as (
      select * from unnest(${column("tenant")}::text[], ${column("runId")}::text[], ${column("entryId")}::text[],
                           ${column("jobId")}::text[], ${column("attempt")}::int[], ${column("outcome")}::text[],
                           ${column("worker")}::text[], ${column("digest")}::text[], ${column("agreement")}::text[])
        as l (tenant_id, run_id, entry_id, job_id, attempt, outcome, worker, digest, agreement)
    ), kept as (
      insert into scheduler.late_results
        (tenant_id, entry_id, job_id, attempt, outcome, worker, digest, agreement, sdk, build, received_at)
      select tenant_id, entry_id, job_id, attempt, outcome, worker, digest, agreement, w.sdk, w.build, ${now}
        from late left join scheduler.workers w on w.worker_id = late.worker
      on conflict do nothing
      returning tenant_id, job_id, entry_id
    )
    update scheduler.runs r set late_results = r.late_results + n.late
      from (select tenant_id, run_id, count(*)::int as late
              from late join kept using (tenant_id, job_id, entry_id) group by 1, 2) n
     where r.tenant_id = n.tenant_id and r.run_id = n.run_id and r.state in ('planning', 'queued', 'running')
  `.execute(tx);
}

/** Compares late results that came before the accepted one with it. */
export async function decideLateResults(
  tx: EngineTx,
  tenant: string,
  accepted: readonly { readonly jobId: string; readonly resultDigest: string | null }[],
): Promise<void> {
  const told = accepted.filter(({ resultDigest }) => resultDigest !== null);
  if (told.length === 0) return;
  await sql`
    update scheduler.late_results l
       set agreement = case when l.digest = a.digest then 'confirms' else 'differs' end
      from unnest(${told.map(({ jobId }) => jobId)}::text[], ${told.map((one) => one.resultDigest)}::text[])
        as a (job_id, digest)
     where l.tenant_id = ${tenant} and l.job_id = a.job_id and l.agreement = 'undecided' and l.digest is not null
  `.execute(tx);
}
