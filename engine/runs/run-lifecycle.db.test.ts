import { connectPostgres } from "../../platform/postgres/connect.ts";
import type { Tables } from "../../store/tables.ts";
import { createRunLab, digestOf, type RunLab, withQueue } from "../../test/support/run-lab.ts";
import { closeRun } from "./close.ts";
import { cancelRun } from "./cancel.ts";
import { dispatchRun, resendRun } from "./dispatch.ts";
import { planRun } from "./plan.ts";

const npm = (name: string, fixed: string) => [
  {
    package: { ecosystem: "npm", name },
    ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }],
  },
];

let lab: RunLab;
beforeEach(async () => {
  lab = await createRunLab();
});
afterEach(() => lab.close());

const counts = (run: Awaited<ReturnType<RunLab["run"]>>) => ({
  state: run.state,
  planned: run.images_planned,
  fresh: run.images_fresh,
  succeeded: run.images_succeeded,
  failed: run.images_failed,
  incomplete: run.images_incomplete,
  cancelled: run.images_cancelled,
  open: run.jobs_open,
});
const rows = async (text: string) => (await lab.test.owner.query(text)).rows;
const only = { planned: 0, fresh: 0, succeeded: 0, failed: 0, incomplete: 0, cancelled: 0, open: 0 };

it("plans for longer than another statement may take", async () => {
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun();
  await lab.test.owner.query(`
    create function scheduler.take_time() returns trigger language plpgsql as $$
    begin perform pg_sleep(1); return null; end $$;
    create trigger take_time after insert on scheduler.run_images for each statement execute function scheduler.take_time()`);
  const kysely = connectPostgres<Tables>({
    url: lab.test.urls.app,
    applicationName: "hasty",
    maxConnections: 1,
    statementTimeoutMs: 200,
    onIdleError: () => undefined,
  });
  const hasty = { ...lab.engine, app: { kysely, clock: (now: Date) => now } };
  try {
    await planRun(hasty, key);
  } finally {
    await kysely.destroy();
  }
  expect(await lab.run(key)).toMatchObject({ state: "queued", images_planned: 1 });
});

it("does not plan again and again what PostgreSQL has ended for taking too long", async () => {
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun();
  await lab.test.owner.query(`
    create function scheduler.too_long() returns trigger language plpgsql as $$
    begin raise exception 'canceling statement due to statement timeout' using errcode = '57014'; end $$;
    create trigger too_long after insert on scheduler.run_images for each statement execute function scheduler.too_long()`);
  await expect(planRun(lab.engine, key)).rejects.toMatchObject({ code: "too_large" });
});

it("completes with balanced books: images with an SBOM succeed, one without is incomplete: no_sbom", async () => {
  await lab.addAdvisory("GHSA-aaaa-aaaa-aaaa", npm("lodash", "4.17.21"), { aliases: ["CVE-2021-1"] });
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20", "pkg:npm/left-pad@1.0.0"]);
  await lab.addImage("shop:2", ["pkg:npm/lodash@4.17.21"]);
  await lab.addImage("bare:1", null);
  const run = await lab.complete(await lab.createRun());
  expect(counts(run)).toEqual({ ...only, state: "completed", planned: 3, succeeded: 2, incomplete: 1 });
  expect(
    await rows(
      "select purl, vulnerability, advisories, fixed_version, from_cause, to_at from scheduler.findings",
    ),
  ).toEqual([
    {
      purl: "pkg:npm/lodash@4.17.20",
      vulnerability: "CVE-2021-1",
      advisories: ["GHSA-aaaa-aaaa-aaaa"],
      fixed_version: "4.17.21",
      from_cause: "sbom",
      to_at: null,
    },
  ]);
  expect(await rows("select status, reason from scheduler.run_image_outcomes")).toEqual([
    { status: "incomplete", reason: "no_sbom" },
  ]);
});

it("runs nothing again while every result is fresh, and then only what a new advisory touches", async () => {
  await lab.addAdvisory("GHSA-aaaa-aaaa-aaaa", npm("lodash", "4.17.21"));
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20", "pkg:npm/minimist@1.2.0"]);
  await lab.addImage("shop:2", ["pkg:npm/lodash@4.17.20"]);
  await lab.complete(await lab.createRun());
  const idle = await lab.complete(await lab.createRun());
  expect(counts(idle)).toEqual({ ...only, state: "completed", fresh: 2 });

  await lab.addAdvisory("GHSA-bbbb-bbbb-bbbb", npm("minimist", "1.2.6"));
  const run = await lab.complete(await lab.createRun({ advisories: ["GHSA-bbbb-bbbb-bbbb"] }));
  expect(counts(run)).toEqual({ ...only, state: "completed", planned: 1, succeeded: 1 });
  expect(
    await rows(
      `select image_digest, new_findings, cause from scheduler.deltas where run_id = '${run.run_id}'`,
    ),
  ).toEqual([{ image_digest: digestOf("shop:1"), new_findings: 1, cause: "advisory" }]);
});

it("closes findings when their advisory is withdrawn, because of the advisory", async () => {
  await lab.addAdvisory("GHSA-aaaa-aaaa-aaaa", npm("lodash", "4.17.21"));
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  await lab.complete(await lab.createRun());
  await lab.addAdvisory("GHSA-aaaa-aaaa-aaaa", npm("lodash", "4.17.21"), {
    modified: "2030-01-01T00:00:00Z",
    withdrawn: "2030-01-01T00:00:00Z",
  });
  const run = await lab.complete(await lab.createRun());
  expect(counts(run)).toEqual({ ...only, state: "completed", planned: 1, succeeded: 1 });
  expect(await rows("select to_cause, to_run from scheduler.findings")).toEqual([
    { to_cause: "advisory", to_run: run.run_id },
  ]);
});

it("pins its inputs when it is planned: an SBOM replaced later does not change the run", async () => {
  await lab.addAdvisory("GHSA-aaaa-aaaa-aaaa", npm("lodash", "4.17.21"));
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun();
  await planRun(lab.engine, key);
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.21"]);
  await lab.addAdvisory("GHSA-cccc-cccc-cccc", npm("lodash", "5.0.0"));
  await lab.complete(key);
  expect(await rows("select vulnerability from scheduler.findings where to_at is null")).toEqual([
    { vulnerability: "GHSA-aaaa-aaaa-aaaa" },
  ]);
  await lab.complete(await lab.createRun());
  expect(await rows("select vulnerability, from_cause from scheduler.findings where to_at is null")).toEqual([
    { vulnerability: "GHSA-cccc-cccc-cccc", from_cause: "sbom" },
  ]);
});

it("accepts one report for each job: a second and a stale one are late and change nothing", async () => {
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun();
  await lab.planAndDispatch(key);
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  const outcome = await lab.scan(job!);
  await worker.settle([job!], outcome);
  await worker.settle([job!], outcome);
  await worker.settle([{ ...job!, attempt: 7 }], {
    status: "failed",
    error: { class: "permanent", message: "no" },
  });
  await lab.ingestAll();
  expect(counts(await closeRun(lab.engine, key))).toEqual({
    ...only,
    state: "completed",
    planned: 1,
    succeeded: 1,
  });
  const late = await rows("select attempt, agreement from scheduler.late_results order by attempt");
  expect(late).toContainEqual({ attempt: 7, agreement: "differs" });
});

it("tries a failed job again with a raised attempt, and parks it when its tries are spent: its images failed", async () => {
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun();
  await lab.planAndDispatch(key);
  const worker = lab.queue.worker("w1");
  const attempts: number[] = [];
  for (let tries = 0; tries < 5; tries++) {
    const [job] = (await worker.claim(1)).jobs;
    attempts.push(job!.attempt);
    await worker.settle([job!], { status: "failed", error: { class: "transient", message: "no luck" } });
    await lab.ingestAll();
  }
  expect(attempts).toEqual([1, 2, 3, 4, 5]);
  expect(counts(await closeRun(lab.engine, key))).toEqual({
    ...only,
    state: "completed",
    planned: 1,
    failed: 1,
  });
  expect(await rows("select state, tries, outcome_reason from scheduler.jobs")).toEqual([
    { state: "parked", tries: 5, outcome_reason: "tries_exhausted" },
  ]);
});

it("splits a segment that settles partly: the rest becomes a child that inherits the budgets", async () => {
  for (let image = 0; image < 40; image++) await lab.addImage(`shop:${image}`, ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun();
  await lab.planAndDispatch(key);
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  const { result } = (await lab.scan(job!)) as { result: { images: unknown[] } };
  const part = { ...result, images: result.images.slice(0, 1) };
  await worker.settle([job!], {
    status: "failed",
    error: { class: "transient", message: "half" },
    result: part,
  });
  await lab.ingestAll();
  expect(
    await rows("select images, tries, state from scheduler.jobs where parent_job_id is not null"),
  ).toEqual([{ images: 1, tries: 1, state: "queued" }]);
  await lab.workAll(worker);
  await lab.ingestAll();
  expect(counts(await closeRun(lab.engine, key))).toEqual({
    ...only,
    state: "completed",
    planned: 40,
    succeeded: 40,
  });
});

it("says of a content refresh without a registry that it is incomplete, never that it succeeded", async () => {
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun(undefined, { mode: "content-refresh" });
  await lab.planAndDispatch(key);
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  expect(JSON.parse(job!.payload)).toMatchObject({ mode: "content-refresh" });
  await worker.settle([job!], { status: "incomplete", reason: "not_available" });
  await lab.ingestAll();
  expect(counts(await closeRun(lab.engine, key))).toEqual({
    ...only,
    state: "completed",
    planned: 1,
    incomplete: 1,
  });
});

it("lets no claim of a cancelled run succeed and books what was waiting as cancelled", async () => {
  for (let image = 0; image < 3; image++)
    await lab.addImage(`shop:${image}`, [`pkg:npm/lodash@4.17.${image}`]);
  const key = await lab.createRun();
  await lab.planAndDispatch(key);
  const worker = lab.queue.worker("w1");
  const [leased] = (await worker.claim(1)).jobs;
  const first = await cancelRun(lab.engine, key, "ann");
  expect(first.jobs_open).toBe(1);
  expect((await worker.claim(4)).jobs).toEqual([]);
  expect((await worker.beat([leased!])).jobs).toEqual(["cancel"]);
  await dispatchRun(lab.engine, key);
  await resendRun(lab.engine, key);
  expect((await worker.claim(4)).jobs).toEqual([]);
  await worker.settle([leased!], { status: "cancelled" });
  await lab.ingestAll();
  await cancelRun(lab.engine, key, "ann");
  expect(counts(await closeRun(lab.engine, key))).toEqual({
    ...only,
    state: "cancelled",
    planned: 3,
    cancelled: 3,
  });
});

it("cancels a run that is not planned yet", async () => {
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun();
  await cancelRun(lab.engine, key, "ann");
  expect(counts(await lab.complete(key))).toEqual({ ...only, state: "cancelled" });
});

it("sends queued jobs again after a crash between the raised attempt and the queue", async () => {
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun();
  await planRun(lab.engine, key);
  const broken = withQueue(lab.engine, { enqueue: () => Promise.reject(new Error("killed")) });
  await expect(dispatchRun(broken, key)).rejects.toThrow("killed");
  expect(await resendRun(lab.engine, key)).toBe(1);
  expect(await resendRun(lab.engine, key)).toBe(1);
  await lab.workAll();
  await lab.ingestAll();
  expect(counts(await closeRun(lab.engine, key))).toEqual({
    ...only,
    state: "completed",
    planned: 1,
    succeeded: 1,
  });
  expect(await rows("select attempt from scheduler.jobs")).toEqual([{ attempt: 1 }]);
});

it("ends in error when the books do not balance, and says which side is short", async () => {
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const key = await lab.createRun();
  await lab.planAndDispatch(key);
  await lab.workAll();
  await lab.ingestAll();
  await lab.test.owner.query("update scheduler.runs set images_succeeded = 0");
  const run = await closeRun(lab.engine, key);
  expect(run).toMatchObject({ state: "error", error_code: "ERR_RUN_BOOKS" });
  expect(run.error_message).toMatch(/outcomes are short by 1 image/);
});

it("does not touch another tenant's images", async () => {
  await lab.addAdvisory("GHSA-aaaa-aaaa-aaaa", npm("lodash", "4.17.21"));
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"], "acme");
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"], "other");
  await lab.complete(await lab.createRun());
  expect(await rows("select distinct tenant_id from scheduler.findings")).toEqual([{ tenant_id: "acme" }]);
});
