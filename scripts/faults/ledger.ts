import { stormTenants } from "./material.ts";
import type { Asked } from "./load.ts";
import type { World } from "./world.ts";

/** What PostgreSQL holds of everything that was asked for. */
export interface Ledger extends Sums {
  /** Asked for and not answered for: runs, images, jobs, findings, closing events. */
  readonly lost: number;
  /** Answered for twice. */
  readonly acceptedTwice: number;
  /** Each rule that does not hold, with how often. */
  readonly broken: readonly string[];
}

interface Sums {
  readonly runs: number;
  readonly cancelledRuns: number;
  readonly jobs: number;
  readonly attempts: number;
  /** Attempts that ended with their worker lost. */
  readonly crashes: number;
  /** Jobs that used up what they may, and are closed for that. */
  readonly exhausted: number;
  readonly lateConfirming: number;
  readonly lateDiffering: number;
}

type Sort = "lost" | "acceptedTwice" | "books";

/** A rule of the ledger: its statement counts what breaks it. */
interface Rule {
  readonly sort: Sort;
  readonly name: string;
  readonly sql: string;
}

/** Segments of these runs hold one image, so that sums over jobs are sums over images. */
const rules: readonly Rule[] = [
  {
    sort: "lost",
    name: "runs that have not ended",
    sql: `select count(*) from scheduler.runs where state not in ('completed', 'cancelled')`,
  },
  {
    sort: "lost",
    name: "jobs that have not ended",
    sql: `select count(*) from scheduler.jobs where state in ('planned', 'queued')`,
  },
  {
    sort: "lost",
    name: "images of a run that no job has",
    sql: `select coalesce(sum(i.images - coalesce(c.images, 0)), 0)
            from (select tenant_id, run_id, count(*) as images from scheduler.run_images group by 1, 2) i
            left join (select tenant_id, run_id, count(distinct ordinal) as images from covered group by 1, 2) c
              using (tenant_id, run_id)`,
  },
  {
    sort: "lost",
    name: "succeeded jobs without the record of their attempt",
    sql: `select count(*) from scheduler.jobs j where state = 'succeeded' and not exists (
            select 1 from scheduler.job_attempts a where a.tenant_id = j.tenant_id and a.job_id = j.job_id
               and a.attempt = j.attempt and a.outcome = 'succeeded')`,
  },
  {
    sort: "lost",
    name: "ended runs without the event that says so",
    sql: `select count(*) from scheduler.runs r where finished_at is not null and not exists (
            select 1 from scheduler.outbox o where o.tenant_id = r.tenant_id
               and o.idempotency_key = 'scheduler.run.completed:' || r.run_id)`,
  },
  {
    sort: "lost",
    name: "fires without their run",
    sql: `select count(*) from scheduler.fires f where f.run_id is not null and not exists (
            select 1 from scheduler.runs r where r.tenant_id = f.tenant_id and r.run_id = f.run_id)`,
  },
  {
    sort: "acceptedTwice",
    name: "images that two jobs of a run have",
    sql: `select coalesce(sum(n - 1), 0) from (
            select count(*) as n from covered group by tenant_id, run_id, ordinal having count(*) > 1) twice`,
  },
  {
    sort: "acceptedTwice",
    name: "jobs with two accepted results",
    sql: `select count(*) from (select 1 from scheduler.job_attempts where outcome = 'succeeded'
           group by tenant_id, job_id having count(*) > 1) twice`,
  },
  {
    sort: "acceptedTwice",
    name: "accepted results of an attempt that is not the job's last",
    sql: `select count(*) from scheduler.job_attempts a join scheduler.jobs j using (tenant_id, job_id)
           where a.outcome = 'succeeded' and a.attempt <> j.attempt`,
  },
  {
    sort: "acceptedTwice",
    name: "findings that runs counted beyond those that there are",
    sql: `select coalesce(sum(abs(r.counted - coalesce(f.opened, 0))), 0)
            from (select tenant_id, sum(new_findings) as counted from scheduler.runs group by 1) r
            left join (select tenant_id, count(*) as opened from scheduler.findings group by 1) f using (tenant_id)`,
  },
  {
    sort: "acceptedTwice",
    name: "runs of a schedule with more than one fire, or none",
    sql: `select count(*) from scheduler.runs r where schedule_id is not null and 1 <> (
            select count(*) from scheduler.fires f where f.tenant_id = r.tenant_id and f.run_id = r.run_id)`,
  },
  {
    sort: "books",
    name: "runs whose books do not balance",
    sql: `select count(*) from scheduler.runs where jobs_open <> 0
             or images_planned <> images_succeeded + images_failed + images_incomplete + images_cancelled`,
  },
  {
    sort: "books",
    name: "runs whose counters are not the sums over their jobs",
    sql: `select count(*) from scheduler.runs r join (
            select tenant_id, run_id, count(*) as jobs, sum(images) filter (where state = 'succeeded') as succeeded,
                   sum(images) filter (where state = 'cancelled') as cancelled,
                   sum(images) filter (where state in ('failed', 'parked')) as failed
              from scheduler.jobs group by 1, 2) j using (tenant_id, run_id)
           where (jobs_total, images_succeeded, images_cancelled, images_failed) is distinct from
                 (j.jobs, coalesce(succeeded, 0), coalesce(cancelled, 0), coalesce(failed, 0))`,
  },
  {
    sort: "books",
    name: "attempts beyond the last of their job",
    sql: `select count(*) from scheduler.job_attempts a join scheduler.jobs j using (tenant_id, job_id)
           where a.attempt > j.attempt`,
  },
  {
    sort: "books",
    name: "jobs that do not know how often they crashed",
    sql: `select count(*) from scheduler.jobs j
            left join (select tenant_id, job_id, count(*) as crashes from scheduler.job_attempts
                        where error_class = 'crash' group by 1, 2) a using (tenant_id, job_id)
            join scheduler.runs r using (tenant_id, run_id)
           where r.cancel_requested_at is null and j.crashes <> coalesce(a.crashes, 0)`,
  },
  {
    sort: "books",
    name: "jobs closed as failed that had another try",
    sql: `select count(*) from scheduler.jobs
           where state in ('failed', 'parked', 'incomplete') and crashes < 3 and tries < 5`,
  },
  {
    sort: "books",
    name: "findings that were closed though nothing was mended",
    sql: `select count(*) from scheduler.findings where to_at is not null`,
  },
];

/** Every (run, ordinal) that a job has. */
const covered = `with covered as materialized (
  select j.tenant_id, j.run_id, ordinal
    from scheduler.jobs j, unnest(j.ordinals) part, generate_series(lower(part), upper(part) - 1) ordinal)`;

/** Reads the ledger of everything that was done, and holds it against what was asked for. */
export async function readLedger({ sql }: World, asked: Asked): Promise<Ledger> {
  const count = { lost: 0, acceptedTwice: 0, books: 0 };
  const broken: string[] = [];
  const note = (sort: Sort, name: string, times: number) => {
    if (times === 0) return;
    count[sort] += Math.abs(times);
    broken.push(`${times} × ${name}`);
  };
  for (const { sort, name, sql: text } of rules) {
    const { rows } = await sql.query<{ broken: number }>(`${covered} select (${text})::int as broken`);
    note(sort, name, rows[0]?.broken ?? 0);
  }
  const { rows: known } = await sql.query<{ run_id: string }>(
    `select run_id from scheduler.runs where schedule_id is null and tenant_id = any($1)`,
    [stormTenants],
  );
  const there = new Set(known.map(({ run_id: id }) => id));
  note(
    "lost",
    "runs that were promised and are not there",
    asked.runs.filter(({ id }) => !there.has(id)).length,
  );
  const promised = new Set(asked.runs.map(({ id }) => id));
  note("acceptedTwice", "runs that nobody was promised", [...there].filter((id) => !promised.has(id)).length);
  const { rows: sums } = await sql.query<Sums>(sumsQuery);
  return { ...sums[0]!, lost: count.lost, acceptedTwice: count.acceptedTwice, broken };
}

const sumsQuery = `
  select (select count(*)::int from scheduler.runs) as runs,
         (select count(*)::int from scheduler.runs where state = 'cancelled') as "cancelledRuns",
         (select count(*)::int from scheduler.jobs) as jobs,
         (select coalesce(sum(attempt), 0)::int from scheduler.jobs) as attempts,
         (select count(*)::int from scheduler.job_attempts where error_class = 'crash') as crashes,
         (select count(*)::int from scheduler.jobs where state in ('failed', 'parked')) as exhausted,
         (select count(*)::int from scheduler.late_results where agreement = 'confirms') as "lateConfirming",
         (select count(*)::int from scheduler.late_results where agreement = 'differs') as "lateDiffering"`;
