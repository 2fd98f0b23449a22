import type { Journey } from "./journey.ts";

/**
 * Invariants 1 to 3 of a run that has ended, read from the rows themselves: every job is terminal, the
 * counters are the sums of what the jobs say, each accepted attempt is the job's own and recorded once.
 */
export async function assertBooks(journey: Journey, runId: string): Promise<void> {
  const { rows } = await journey.sql.query(
    `select r.images_planned = r.images_succeeded + r.images_failed + r.images_incomplete + r.images_cancelled as balances,
            r.jobs_open,
            (select count(*)::int from scheduler.jobs j where j.run_id = r.run_id
               and j.state in ('planned', 'queued')) as open_jobs,
            (select count(*)::int from scheduler.jobs j where j.run_id = r.run_id) = r.jobs_total as counts_jobs,
            (select coalesce(sum(j.images), 0)::int from scheduler.jobs j where j.run_id = r.run_id) as images_in_jobs,
            (select count(*)::int from scheduler.run_images i where i.run_id = r.run_id) as images_in_snapshot,
            (select count(*)::int from scheduler.run_image_outcomes o where o.run_id = r.run_id and o.reason = 'no_sbom'
               and o.status = 'incomplete' and not exists (
                 select 1 from scheduler.jobs j where j.run_id = r.run_id and j.ordinals @> o.ordinal)) as outside_of_jobs,
            (select count(*)::int from scheduler.job_attempts a join scheduler.jobs j using (tenant_id, job_id)
              where j.run_id = r.run_id and a.attempt > j.attempt) as attempts_from_the_future
       from scheduler.runs r where r.run_id = $1`,
    [runId],
  );
  const row = rows[0];
  expect(row).toMatchObject({
    balances: true,
    jobs_open: 0,
    open_jobs: 0,
    counts_jobs: true,
    attempts_from_the_future: 0,
    images_in_jobs: row.images_in_snapshot - row.outside_of_jobs,
  });
}
