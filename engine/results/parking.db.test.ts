import type { RawJob } from "../../platform/valkey/testing/raw-worker.ts";
import { createRunLab, type RunLab } from "../../test/support/run-lab.ts";
import { getJob } from "../jobs/get.ts";
import { whyJob } from "../jobs/why.ts";
import { cancelRun } from "../runs/cancel.ts";
import { closeRun } from "../runs/close.ts";

let lab: RunLab;
let key: { tenant: string; runId: string };
beforeEach(async () => {
  lab = await createRunLab();
});
afterEach(() => lab.close());

const rows = async (text: string) => (await lab.test.owner.query(text)).rows;
const failure = (error: object, more: object = {}) => ({ status: "failed" as const, error, ...more });
const transient = failure({ class: "transient", code: "ECONNRESET", message: "no luck" });

async function startRun(images = 1): Promise<void> {
  for (let image = 0; image < images; image++)
    await lab.addImage(`shop:${image}`, ["pkg:npm/lodash@4.17.20"]);
  key = await lab.createRun();
  await lab.planAndDispatch(key);
}

async function claim(worker = "w1"): Promise<RawJob> {
  const [job] = (await lab.queue.worker(worker).claim(1)).jobs;
  return job!;
}

async function fail(outcome: object, worker = "w1"): Promise<RawJob> {
  const job = await claim(worker);
  await lab.queue.worker(worker).settle([job], outcome);
  await lab.ingestAll();
  return job;
}

const parkedCount = () => rows("select count(*)::int from scheduler.parked_jobs");

it("parks a job whose tries are spent, with its last error; its images count as failed and the books balance", async () => {
  await startRun();
  for (let tries = 1; tries < 5; tries++) await fail(transient);
  expect(await parkedCount()).toEqual([{ count: 0 }]);
  const { job } = await fail(
    failure({ class: "dependency_down", code: "HTTP_503", message: "registry down" }),
  );
  expect(await closeRun(lab.engine, key)).toMatchObject({
    state: "completed",
    images_failed: 1,
    jobs_parked: 1,
    jobs_open: 0,
  });
  expect(await getJob(lab.ctx(), job)).toMatchObject({
    state: "parked",
    reason: "tries_exhausted",
    tries: 5,
    parked: {
      reason: "tries_exhausted",
      error: { class: "dependency_down", code: "HTTP_503", message: "registry down" },
      images: 1,
    },
    attempts: [
      { attempt: 1, errorClass: "transient", errorCode: "ECONNRESET" },
      { attempt: 2 },
      { attempt: 3 },
      { attempt: 4 },
      { attempt: 5, errorClass: "dependency_down", errorCode: "HTTP_503" },
    ],
  });
  expect((await whyJob(lab.ctx(), job)).reasons).toMatchObject([{ code: "parked" }]);
});

it("parks a job whose workers were lost three times", async () => {
  await startRun();
  for (let crashes = 0; crashes < 3; crashes++) {
    await lab.queue.endLease((await claim()).job);
    await lab.engine.queue.tick();
    await lab.ingestAll();
  }
  expect(await rows("select reason, error_class, crashes, tries from scheduler.parked_jobs")).toEqual([
    { reason: "crashes_exhausted", error_class: "crash", crashes: 3, tries: 0 },
  ]);
});

it("parks what a second worker calls permanent, too", async () => {
  await startRun();
  const permanent = failure({ class: "permanent", message: "no such layer" });
  await fail(permanent, "w1");
  expect(await parkedCount()).toEqual([{ count: 0 }]);
  await fail(permanent, "w2");
  expect(await rows("select reason, worker from scheduler.parked_jobs")).toEqual([
    { reason: "permanent", worker: "w2" },
  ]);
});

it.each([
  ["the only worker", 0, 1],
  ["no worker that has company", 1, 0],
])("takes the second word of %s", async (_whose, others, parked) => {
  await startRun();
  const permanent = failure({ class: "permanent", message: "no such layer" });
  await fail(permanent);
  // A claim for no job says that the worker is alive.
  for (let other = 0; other < others; other++) await lab.queue.worker(`other${other}`).claim(0);
  await fail(permanent);
  expect(await parkedCount()).toEqual([{ count: parked }]);
});

it("parks a job whose wall clock is over, and a part of a segment goes by the same clock", async () => {
  await startRun(40);
  const job = await claim();
  const { result } = (await lab.scan(job)) as { result: { images: unknown[] } };
  lab.test.shiftMs = lab.engine.retryBudgets.wallClockMs - 60_000;
  await lab.queue
    .worker("w1")
    .settle([job], failure(transient.error, { result: { ...result, images: result.images.slice(1) } }));
  await lab.ingestAll();
  lab.test.shiftMs = lab.engine.retryBudgets.wallClockMs + 60_000;
  const worker = lab.queue.worker("w1");
  for (const next of (await worker.claim(100)).jobs) await worker.settle([next], transient);
  await lab.ingestAll();
  const parked = "select reason, count(*)::int from scheduler.parked_jobs group by 1";
  const jobs = await rows("select count(*)::int as jobs from scheduler.jobs where state <> 'succeeded'");
  expect(await rows(parked)).toEqual([{ reason: "wall_clock_exhausted", count: jobs[0].jobs }]);
});

it("parks only the rest of a segment of which the last try settled a part", async () => {
  await startRun(40);
  const settled = { ...lab.engine, retryBudgets: { ...lab.engine.retryBudgets, tries: 1 } };
  const job = await claim();
  const { result } = (await lab.scan(job)) as { result: { images: unknown[] } };
  await lab.queue
    .worker("w1")
    .settle([job], failure(transient.error, { result: { ...result, images: result.images.slice(1) } }));
  await lab.ingestAll(settled);
  expect(await rows("select images, ordinals from scheduler.parked_jobs")).toEqual([
    { images: 1, ordinals: "{[0,1)}" },
  ]);
  await lab.workAll();
  await lab.ingestAll();
  expect(await closeRun(lab.engine, key)).toMatchObject({
    state: "completed",
    images_planned: 40,
    images_succeeded: 39,
    images_failed: 1,
  });
});

it("gives the rest of a segment the opinion that its job had: one more permanent parks it", async () => {
  await startRun(40);
  const job = await claim();
  const { result } = (await lab.scan(job)) as { result: { images: unknown[] } };
  const permanent = { class: "permanent", message: "no such layer" };
  await lab.queue
    .worker("w1")
    .settle([job], failure(permanent, { result: { ...result, images: result.images.slice(1) } }));
  await lab.ingestAll();
  const [child] = await rows("select job_id from scheduler.jobs where parent_job_id is not null");
  const other = lab.queue.worker("w2");
  const rest = (await other.claim(100)).jobs.find(({ job }) => job === child.job_id);
  await other.settle([rest!], failure(permanent));
  await lab.ingestAll();
  expect(await rows("select job_id, reason from scheduler.parked_jobs")).toEqual([
    { job_id: child.job_id, reason: "permanent" },
  ]);
});

it("gives the rest of a segment the class and the key of its job", async () => {
  await startRun(40);
  await rows("update scheduler.jobs set class = 'event', concurrency_key = 'hub'");
  const job = await claim();
  const { result } = (await lab.scan(job)) as { result: { images: unknown[] } };
  const partly = failure(transient.error, { result: { ...result, images: result.images.slice(1) } });
  await lab.queue.worker("w1").settle([job], partly);
  await lab.ingestAll();
  expect(
    await rows("select class, concurrency_key from scheduler.jobs where parent_job_id is not null"),
  ).toEqual([{ class: "event", concurrency_key: "hub" }]);
});

it("parks neither what has an invalid input nor anything of a cancelled run", async () => {
  await startRun();
  await fail(failure({ class: "input_invalid", message: "no SBOM" }));
  expect(await rows("select state, outcome_reason from scheduler.jobs")).toEqual([
    { state: "failed", outcome_reason: "input_invalid" },
  ]);
  key = await lab.createRun({ selection: { scope: "all" }, force: true });
  await lab.planAndDispatch(key);
  const job = await claim();
  await cancelRun(lab.engine, key, "ann");
  await lab.queue.worker("w1").settle([job], transient);
  await lab.ingestAll();
  expect(await parkedCount()).toEqual([{ count: 0 }]);
});

it("keeps a result that comes for a parked job as late: the closed books stay", async () => {
  await startRun();
  for (let tries = 1; tries < 5; tries++) await fail(transient);
  const job = await claim();
  const outcome = await lab.scan(job);
  const worker = lab.queue.worker("w1");
  await worker.settle([job], transient);
  await lab.ingestAll();
  await closeRun(lab.engine, key);
  const closed = await lab.run(key);
  await worker.settle([job], outcome);
  await lab.ingestAll();
  expect(await lab.run(key)).toEqual(closed);
  expect(await getJob(lab.ctx(), job.job)).toMatchObject({
    state: "parked",
    lateResults: [{ attempt: 5, outcome: "succeeded", agreement: "differs" }],
  });
});

it("counts parked jobs by kind and reason, and those that wait", async () => {
  await startRun();
  for (let tries = 0; tries < 5; tries++) await fail(transient);
  const { values } = await lab.engine.metrics.jobsParked.get();
  expect(values).toMatchObject([{ value: 1, labels: { kind: "scan", reason: "tries_exhausted" } }]);
});
