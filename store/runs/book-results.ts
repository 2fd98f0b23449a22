import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";
import type { RunRow } from "./rows.ts";

/** What a batch of results adds to a run; only `jobsOpen` may be negative. */
export interface RunDelta {
  succeeded: number;
  failed: number;
  incomplete: number;
  cancelled: number;
  jobsOpen: number;
  jobsTotal: number;
  jobsParked: number;
  components: number;
  matchable: number;
  newFindings: number;
  newCritical: number;
  newHigh: number;
  fixed: number;
  imagesChanged: number;
}

export function noDelta(): RunDelta {
  return {
    succeeded: 0,
    failed: 0,
    incomplete: 0,
    cancelled: 0,
    jobsOpen: 0,
    jobsTotal: 0,
    jobsParked: 0,
    components: 0,
    matchable: 0,
    newFindings: 0,
    newCritical: 0,
    newHigh: 0,
    fixed: 0,
    imagesChanged: 0,
  };
}

/** Adds a batch to a run that is locked; the first result turns a queued run into a running one. */
export async function bookResults(
  tx: EngineTx,
  now: Date,
  key: { readonly tenant: string; readonly runId: string },
  delta: RunDelta,
): Promise<RunRow> {
  const { rows } = await sql<RunRow>`
    update scheduler.runs
       set images_succeeded = images_succeeded + ${delta.succeeded},
           images_failed = images_failed + ${delta.failed},
           images_incomplete = images_incomplete + ${delta.incomplete},
           images_cancelled = images_cancelled + ${delta.cancelled},
           jobs_open = jobs_open + ${delta.jobsOpen},
           jobs_total = jobs_total + ${delta.jobsTotal},
           jobs_parked = jobs_parked + ${delta.jobsParked},
           components = components + ${delta.components},
           components_matchable = components_matchable + ${delta.matchable},
           new_findings = new_findings + ${delta.newFindings},
           new_critical = new_critical + ${delta.newCritical},
           new_high = new_high + ${delta.newHigh},
           fixed_findings = fixed_findings + ${delta.fixed},
           images_changed = images_changed + ${delta.imagesChanged},
           state = case when state = 'queued' then 'running' else state end,
           started_at = coalesce(started_at, ${now}),
           last_result_at = ${now}
     where tenant_id = ${key.tenant} and run_id = ${key.runId}
       and state in ('queued', 'running')
    returning *
  `.execute(tx);
  const run = rows[0];
  if (run === undefined) throw new Error(`Run ${key.runId} is not open: its results cannot be booked.`);
  return run;
}
