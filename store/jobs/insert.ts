import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** A job to be planned: a part of a run's snapshot, as ranges `[from, to)` of ordinals. */
export interface NewJob {
  readonly jobId: string;
  readonly ordinals: readonly (readonly [from: number, to: number])[];
  readonly images: number;
  /** Of this job, where it differs from the others. */
  readonly class?: string;
  /** Budgets that a child inherits. */
  readonly tries?: number;
  readonly crashes?: number;
  readonly permanentBy?: string | null;
  readonly firstQueuedAt?: Date | null;
  readonly parentJobId?: string;
  readonly notBefore?: Date | undefined;
}

/** Inserts planned jobs of one run, in one statement however many there are. */
export async function insertJobs(
  tx: EngineTx,
  now: Date,
  of: {
    readonly tenant: string;
    readonly runId: string;
    readonly kind: string;
    readonly class: string;
    readonly pool: string;
    readonly wallClockMs: number;
    readonly concurrencyKey: string | null;
  },
  jobs: readonly NewJob[],
): Promise<void> {
  if (jobs.length === 0) return;
  await sql`
    insert into scheduler.jobs (tenant_id, job_id, run_id, kind, class, state, ordinals, images, tries, crashes,
                                permanent_by, first_queued_at, parent_job_id, not_before, wall_clock_ms, concurrency_key,
                                pool, created_at)
    select ${of.tenant}, j.job_id, ${of.runId}, ${of.kind}, coalesce(j.class, ${of.class}), 'planned', j.ordinals::int4multirange,
           j.images, j.tries, j.crashes, j.permanent_by, j.first_queued_at, j.parent_job_id, j.not_before, ${of.wallClockMs},
           ${of.concurrencyKey}, ${of.pool}, ${now}
      from unnest(${jobs.map((j) => j.jobId)}::text[], ${jobs.map((j) => multirange(j.ordinals))}::text[],
                  ${jobs.map((j) => j.images)}::int[], ${jobs.map((j) => j.class ?? null)}::text[], ${jobs.map((j) => j.tries ?? 0)}::int[],
                  ${jobs.map((j) => j.crashes ?? 0)}::int[], ${jobs.map((j) => j.permanentBy ?? null)}::text[],
                  ${jobs.map((j) => j.firstQueuedAt ?? null)}::timestamptz[],
                  ${jobs.map((j) => j.parentJobId ?? null)}::text[],
                  ${jobs.map((j) => j.notBefore ?? null)}::timestamptz[])
        as j (job_id, ordinals, images, class, tries, crashes, permanent_by, first_queued_at, parent_job_id, not_before)
  `.execute(tx);
}

/** PostgreSQL's text form of ranges `[from, to)`. */
export function multirange(ranges: readonly (readonly [from: number, to: number])[]): string {
  return `{${ranges.map(([from, to]) => `[${from},${to})`).join(",")}}`;
}

/** The ranges `[from, to)` of a multirange as PostgreSQL writes it. */
export function parseMultirange(text: string): [from: number, to: number][] {
  return [...text.matchAll(/\[(\d+),(\d+)\)/g)].map((match) => [Number(match[1]), Number(match[2])]);
}
