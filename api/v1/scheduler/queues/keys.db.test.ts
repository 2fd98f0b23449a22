import { applyQueueSettings } from "../../../../engine/queue/settings/apply.ts";
import { defaultPool } from "../../../../model/pools/pool.ts";
import { type ApiLab, createApiLab } from "../../../../test/support/api-lab.ts";

let api: ApiLab;
beforeEach(async () => {
  api = await createApiLab();
});
afterEach(() => api.close());

const because = { "x-stellaops-operator-reason": "the registry is slow" };
const keysPath = () => `/queues/${defaultPool}/keys`;
const limit = (body: object, headers: Record<string, string> = because, key = "hub") =>
  api.send("PUT", `${keysPath()}/${key}`, { body, headers });
const rows = async (text: string) => (await api.lab.test.owner.query(text)).rows;
const none = { maxLeased: null, perSecond: null };

/** A run of one image that shares a key; answers the id of its job. */
async function waitingJob(concurrencyKey = "hub"): Promise<string> {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const made = await api.send("POST", "/runs", {
    body: { selection: { scope: "all" }, force: true, concurrencyKey },
  });
  expect(made.status).toBe(201);
  await api.lab.planAndDispatch({ tenant: "acme", runId: made.body.id });
  const [job] = await rows(`select job_id from scheduler.jobs where run_id = '${made.body.id}'`);
  return job.job_id as string;
}

const codesOf = async (job: string) =>
  (await api.send("GET", `/jobs/${job}/why`)).body.reasons.map(
    ({ code }: { code: string }) => code,
  ) as string[];

it("limits how many jobs of a key workers hold, and says so of those that wait", async () => {
  expect(await limit({ ...none, maxLeased: 1 })).toMatchObject({
    status: 200,
    body: { key: "hub", maxLeased: 1, perSecond: null, burst: 1, changedBy: "ann" },
  });
  const worker = api.lab.queue.worker("w1");
  await waitingJob();
  const second = await waitingJob();
  const { jobs } = await worker.claim(5);
  expect(jobs.map(({ key }) => key)).toEqual(["hub"]);
  expect(await codesOf(second)).toEqual(["key_at_limit"]);
  expect((await api.send("GET", keysPath())).body).toEqual({
    items: [{ key: "hub", ready: 1, leased: 1, maxLeased: 1, perSecond: null }],
  });
  await limit(none);
  expect((await worker.claim(5)).jobs).toHaveLength(1);
  expect(
    await rows("select action, reason from scheduler.audit where target_kind = 'queue' order by seq"),
  ).toEqual([
    { action: "queue.limit-key", reason: "the registry is slow" },
    { action: "queue.limit-key", reason: "the registry is slow" },
  ]);
});

it("limits the rate of a key", async () => {
  await limit({ maxLeased: null, perSecond: 0.001, burst: 1 });
  await waitingJob();
  const second = await waitingJob();
  const worker = api.lab.queue.worker("w1");
  expect((await worker.claim(5)).jobs).toHaveLength(1);
  expect(await codesOf(second)).toEqual(["key_rate_limited"]);
  const [shown] = (await api.send("GET", keysPath())).body.items;
  expect(shown).toMatchObject({ perSecond: 0.001, burst: 1, tokens: expect.any(Number) });
});

it("shows which job closed a key, and opens it when an operator asks for that", async () => {
  const first = await waitingJob();
  const second = await waitingJob();
  const worker = api.lab.queue.worker("w1");
  const { jobs } = await worker.claim(1);
  const error = { class: "rate_limited", message: "429", retryAfterSeconds: 3_600 };
  await worker.settle(jobs, { status: "failed", error });
  expect(await codesOf(second)).toEqual(["key_closed"]);
  const [closed] = (await api.send("GET", keysPath())).body.items;
  expect(closed).toMatchObject({ key: "hub", closedBy: first, closedForMs: expect.any(Number) });
  expect((await worker.claim(1)).jobs).toEqual([]);
  await limit({ ...none, reopen: true });
  expect((await worker.claim(1)).jobs.map(({ job }) => job)).toEqual([second]);
});

it("keeps the key of a job that is tried again", async () => {
  const job = await waitingJob();
  const worker = api.lab.queue.worker("w1");
  await worker.settle((await worker.claim(1)).jobs, {
    status: "failed",
    error: { class: "transient", message: "x" },
  });
  await api.lab.ingestAll();
  const [{ run_id: runId }] = await rows("select run_id from scheduler.jobs");
  await rows("update scheduler.jobs set not_before = null");
  await api.lab.planAndDispatch({ tenant: "acme", runId });
  const { jobs } = await worker.claim(1);
  expect(jobs).toMatchObject([{ job, attempt: 2, key: "hub" }]);
});

it("keeps the key of jobs that are driven again, and drives no jobs of several keys in one run", async () => {
  const given = { status: "failed", error: { class: "permanent", message: "no such layer" } };
  const park = async (concurrencyKey: string) => {
    const job = await waitingJob(concurrencyKey);
    const [{ run_id: runId }] = await rows(`select run_id from scheduler.jobs where job_id = '${job}'`);
    for (const name of ["w1", "w2"]) {
      const worker = api.lab.queue.worker(name);
      await worker.settle((await worker.claim(1)).jobs, given);
      await api.lab.ingestAll();
      await rows("update scheduler.jobs set not_before = null");
      await api.lab.planAndDispatch({ tenant: "acme", runId });
    }
    return runId as string;
  };
  const redrive = (filter: object) =>
    api.send("POST", "/jobs/redrive", { body: { filter, reason: "mended" }, headers: because });
  const ofHub = await park("hub");
  await park("quay");
  expect((await redrive({})).status).toBe(422);
  const driven = await redrive({ runId: ofHub });
  expect(driven).toMatchObject({ status: 201, body: { jobs: 1 } });
  await api.lab.planAndDispatch({ tenant: "acme", runId: driven.body.run.id });
  expect((await api.lab.queue.worker("w1").claim(5)).jobs).toMatchObject([{ key: "hub" }]);
});

it("tells the queue again what it has forgotten", async () => {
  await limit({ maxLeased: 3, perSecond: 1.5, burst: 4 });
  const { keyPrefix } = api.lab.engine.queue;
  await api.lab.queue.valkey.unlink(`${keyPrefix}key:limits`, `${keyPrefix}keys`);
  await applyQueueSettings(api.lab.engine);
  expect(await api.lab.queue.valkey.hgetall(`${keyPrefix}key:limits`)).toEqual({ hub: "3 1.5 4" });
});

it("pages through keys", async () => {
  for (const key of ["a", "b", "c"]) await limit({ ...none, maxLeased: 1 }, because, key);
  const first = await api.send("GET", `${keysPath()}?pageSize=2`);
  expect(first.body.items).toMatchObject([{ key: "a" }, { key: "b" }]);
  const rest = await api.send("GET", `${keysPath()}?pageSize=2&pageToken=${first.body.nextPageToken}`);
  expect(rest.body).toMatchObject({ items: [{ key: "c" }] });
  expect(rest.body.nextPageToken).toBeUndefined();
});

it("wants platform.admin, a reason, a known queue and limits that make sense", async () => {
  const asTenantAdmin = { "x-stellaops-scopes": "scheduler.admin" };
  expect((await limit(none, { ...because, ...asTenantAdmin })).status).toBe(403);
  expect((await api.send("GET", keysPath(), { headers: asTenantAdmin })).status).toBe(403);
  expect(await limit(none, {})).toMatchObject({
    status: 422,
    body: { errors: [{ path: "X-StellaOps-Operator-Reason" }] },
  });
  const wrong = await limit({ maxLeased: 0, perSecond: -1, burst: 0 });
  expect(wrong.body.errors.map(({ path }: { path: string }) => path)).toEqual([
    "maxLeased",
    "perSecond",
    "burst",
  ]);
  expect((await limit(none, because, "a%20b")).status).toBe(404);
  const unknown = await api.send("PUT", "/queues/nowhere/keys/hub", { body: none, headers: because });
  expect(unknown.status).toBe(404);
});
