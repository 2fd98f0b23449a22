import { type CompiledQuery, Kysely, type KyselyConfig, PostgresDialect } from "kysely";
import pg from "pg";
import { defaultPool } from "../../../model/pools/pool.ts";
import { listParked } from "../../../store/jobs/parked/list.ts";
import { takeParked } from "../../../store/jobs/parked/redrive.ts";
import { groupParked, sumParked } from "../../../store/jobs/parked/summary.ts";
import { previewSnapshot } from "../../../store/runs/impact-snapshot.ts";
import type { Tables } from "../../../store/tables.ts";
import { withTenant } from "../../../store/tenant.ts";
import { createRunLab, type RunLab } from "../../../test/support/run-lab.ts";
import type { Ctx } from "../../context.ts";
import { explain } from "../../impact/testing/explain.ts";
import { dispatchRun } from "../../runs/dispatch.ts";
import { planRun } from "../../runs/plan.ts";
import { coverageOfRetry } from "../../runs/retry-coverage.ts";
import { redriveJobs } from "./redrive.ts";
import { redriveRequest } from "./request.ts";

const jobs = 10_000;
const runs = 20;
const tenants = ["acme", "other"];

let lab: RunLab;
beforeAll(async () => {
  lab = await createRunLab();
  for (const tenant of tenants) await fill(tenant);
  await lab.test.owner.query(
    "analyze scheduler.jobs, scheduler.parked_jobs, scheduler.run_images, scheduler.images, scheduler.runs",
  );
}, 60_000);
afterAll(() => lab.close());

/** Parked jobs of two images each, evenly over runs that have ended; every run covers all images. */
async function fill(tenant: string): Promise<void> {
  const run = (text: string, values: unknown[] = []) => lab.test.owner.query(text, [tenant, ...values]);
  await run(
    `insert into scheduler.images (tenant_id, digest, namespace, repository, created_at, updated_at, last_seen_at)
     select $1, 'sha256:' || encode(sha256(i::text::bytea), 'hex'), 'default', 'shop/app', now(), now(), now()
       from generate_series(1, 1000) i`,
  );
  await run(
    `insert into scheduler.runs (tenant_id, run_id, trigger, mode, class, state, request, reason, correlation_id,
                                 created_by, created_at, planned_at, finished_at, shard)
     select $1, 'run_' || lpad(to_hex(r), 32, '0'), 'manual', 'analysis-only', 'scheduled', 'completed', '{}', '{}', '',
            'ann', now(), now(), now(), 0 from generate_series(1, $2::int) r`,
    [runs],
  );
  await run(
    `insert into scheduler.run_images (tenant_id, run_id, ordinal, image_id, image_digest, sbom_seq)
     select $1, r.run_id, (row_number() over (partition by r.run_id order by i.digest) - 1)::int, i.image_id, i.digest, 0
       from scheduler.runs r join scheduler.images i using (tenant_id) where r.tenant_id = $1`,
  );
  await run(
    `insert into scheduler.parked_jobs (tenant_id, job_id, run_id, kind, mode, reason, error_class, error_code, error_message,
                                        tries, crashes, ordinals, images, parked_at)
     select $1, 'job_' || lpad(to_hex(n), 32, '0'), 'run_' || lpad(to_hex(n % $2::int + 1), 32, '0'), 'scan', 'analysis-only',
            case n % 100 when 0 then 'permanent' else 'tries_exhausted' end, 'transient', 'E' || n % 500, '', 5, 0,
            int4multirange(int4range(n % 499 * 2, n % 499 * 2 + 2)), 2, now() - n * interval '1 second'
       from generate_series(1, $3::int) n`,
    [runs, jobs],
  );
  await run(
    `insert into scheduler.jobs (tenant_id, job_id, run_id, kind, class, state, ordinals, images, wall_clock_ms, created_at)
     select tenant_id, job_id, run_id, kind, 'scheduled', 'parked', ordinals, images, 1, parked_at
       from scheduler.parked_jobs where tenant_id = $1`,
  );
}

const scans = (plans: readonly string[]) =>
  plans.filter((plan) => /Seq Scan on (?:parked_jobs|run_images)\b/.test(plan));

const list = (filter: object, more: object = {}) =>
  explain(lab.test.urls.app, "acme", (tx) =>
    listParked(tx, { tenant: "acme", choice: { filter }, after: undefined, ...more }, 51),
  );

describe("under row-level security", () => {
  test.each([
    ["nothing", {}, "parked_jobs_age"],
    ["the run", { runId: `run_${"7".padStart(32, "0")}` }, "parked_jobs_run_id"],
    ["the error's code", { errorCode: "E7" }, "parked_jobs_error_code"],
    ["a rare reason", { reason: ["permanent"] }, "parked_jobs_reason"],
  ])("the list by %s reads an index in the order of the list", async (_what, filter, index) => {
    const [plan] = await list(filter);
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan|Sort/);
  });

  test("a later page starts at its place, and those that wait have an index of their own", async () => {
    const after = { parkedAt: new Date(Date.now() - 5_000_000), jobId: `job_${"0".repeat(32)}` };
    const [plan] = await list({}, { after, isRedriven: false });
    expect(plan).toContain("parked_jobs_waiting");
    expect(plan).toMatch(/Index Cond: .*ROW\(parked_at, job_id\) </);
    expect(plan).not.toMatch(/Rows Removed by Filter/);
  });

  test("a batch is found, marked and planned by indexes", async () => {
    const choice = { filter: { runId: `run_${"3".padStart(32, "0")}` } };
    const retried = { parked: { choice, limit: 100 }, outcomes: undefined };
    const plans = await explain(lab.test.urls.app, "other", async (tx) => {
      await sumParked(tx, "other", choice);
      await groupParked(tx, "other", choice);
      await previewSnapshot(tx, "other", coverageOfRetry(retried), undefined);
      await takeParked(tx, new Date(), { tenant: "other", choice, runId: "run_x", limit: 100 });
    });
    expect(plans).toHaveLength(4);
    expect(scans(plans)).toEqual([]);
  });
});

/** Everything that is sent to PostgreSQL, counted. */
function counting(ctx: Ctx): { ctx: Ctx; statements: CompiledQuery[]; close: () => Promise<void> } {
  const statements: CompiledQuery[] = [];
  const config: KyselyConfig = {
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: lab.test.urls.app, max: 2 }) }),
    log: (event) => void statements.push(event.query),
  };
  const kysely = new Kysely<Tables>(config);
  return { ctx: { ...ctx, app: { ...ctx.app, kysely } }, statements, close: () => kysely.destroy() };
}

test("ten thousand parked jobs are taken up, planned and sent with as many statements as one", async () => {
  const note = { reason: "the registry is back" };
  const ctx = { ...lab.ctx(), caller: { ...lab.ctx().caller, note } };
  const took: number[] = [];
  for (const [limit, tenant] of [
    [1, "other"],
    [jobs, "acme"],
  ] as const) {
    const counted = counting({
      ...ctx,
      caller: { ...ctx.caller, identity: { ...ctx.caller.identity, tenant } },
    });
    const request = redriveRequest.parse({ filter: {}, limit, ratePerSecond: 1_000 });
    const { body } = await redriveJobs(counted.ctx, { request, key: undefined });
    expect(body).toMatchObject({ jobs: limit });
    const key = { tenant, runId: body.run!.id };
    await planRun(counted.ctx, key);
    await dispatchRun(counted.ctx, { ...key, pool: defaultPool });
    took.push(counted.statements.length);
    await counted.close();
  }
  expect(took[1]).toBe(took[0]);
  const [run] = await withTenant(lab.test.app, "acme", (tx) =>
    tx.selectFrom("scheduler.runs").selectAll().where("trigger", "=", "retry").execute(),
  );
  // Each image once, although twenty runs parked it; none has an SBOM.
  expect(run).toMatchObject({ images_planned: 998, images_incomplete: 998 });
});
