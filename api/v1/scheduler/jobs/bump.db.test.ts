import { reconcile } from "../../../../engine/queue/reconcile.ts";
import { type ApiLab, createApiLab } from "../../../../test/support/api-lab.ts";

let api: ApiLab;
beforeEach(async () => {
  api = await createApiLab();
});
afterEach(() => api.close());

const rows = async (text: string) => (await api.lab.test.owner.query(text)).rows;
const bump = (job: string, body?: object, more: { tenant?: string; headers?: Record<string, string> } = {}) =>
  api.send("POST", `/jobs/${job}/bump`, { body, ...more });
const held = async () => (await api.lab.engine.queue.list(null, 100)).items;

/** A run of one image in the lowest class; answers the id of its job. */
async function waitingJob(): Promise<string> {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const body = { selection: { scope: "all" }, force: true, class: "backfill" };
  const made = await api.send("POST", "/runs", { body });
  await api.lab.planAndDispatch({ tenant: "acme", runId: made.body.id });
  const [job] = await rows(`select job_id from scheduler.jobs where run_id = '${made.body.id}'`);
  return job.job_id as string;
}

it("moves a waiting job to another class, once and audited once", async () => {
  await waitingJob();
  const job = await waitingJob();
  expect(await bump(job, { class: "event", reason: "a customer waits" })).toMatchObject({
    status: 200,
    body: { id: job, class: "event", live: { state: "ready" } },
  });
  expect((await bump(job, { class: "event" })).status).toBe(200);
  expect(
    await rows("select action, reason, target_id from scheduler.audit where action = 'job.bump'"),
  ).toEqual([{ action: "job.bump", reason: "a customer waits", target_id: job }]);
  expect((await bump(job)).body).toMatchObject({ class: "interactive" });
  const { jobs } = await api.lab.queue.worker("w1").claim(1);
  expect(jobs).toMatchObject([{ job, class: "interactive" }]);
});

it("is set right by a reconciliation when the queue was not told", async () => {
  const job = await waitingJob();
  // As if the process had died between its commit and the call.
  await rows("update scheduler.jobs set class = 'interactive'");
  expect(await held()).toMatchObject([{ job, class: "backfill" }]);
  await reconcile(api.lab.engine);
  expect(await held()).toMatchObject([{ job, class: "interactive", state: "ready" }]);
});

it("reaches a job that a worker has when it gives it back, and its next attempt", async () => {
  const job = await waitingJob();
  const worker = api.lab.queue.worker("w1");
  const { jobs } = await worker.claim(1);
  expect((await bump(job)).body).toMatchObject({ class: "interactive", live: { state: "leased" } });
  await worker.release(jobs);
  expect(await held()).toMatchObject([{ job, class: "backfill" }]);
  await reconcile(api.lab.engine);
  expect(await held()).toMatchObject([{ job, class: "interactive" }]);
});

it("refuses ended jobs, unknown and foreign ones, and callers that may not", async () => {
  const job = await waitingJob();
  expect((await bump(job, {}, { tenant: "other" })).status).toBe(404);
  expect((await bump(`job_${"0".repeat(32)}`)).status).toBe(404);
  expect((await bump(job, { class: "urgent" })).status).toBe(422);
  expect((await bump(job, {}, { headers: { "x-stellaops-scopes": "scheduler.runs.read" } })).status).toBe(
    403,
  );
  await api.lab.workAll();
  await api.lab.ingestAll();
  expect((await bump(job)).status).toBe(409);
});
