import { prune } from "../../../engine/housekeeping/prune.ts";
import { ingestBatch } from "../../../engine/results/ingest.ts";
import { ensureQueue } from "../../../engine/queue/rebuild.ts";
import { watchWorkers } from "../../../engine/workers/watch.ts";
import type { RawWorker } from "../../../platform/valkey/testing/raw-worker.ts";
import { withEngine } from "../../../store/tenant.ts";
import { endOutlived } from "../../../store/workers/watch.ts";
import { type ApiLab, createApiLab } from "../../../test/support/api-lab.ts";
import { mintKey, registerRaw } from "../../../test/support/registered-worker.ts";

let api: ApiLab;
let identity: Awaited<ReturnType<typeof mintKey>>["identity"];
beforeEach(async () => {
  api = await createApiLab();
  ({ identity } = await mintKey(api.lab, "blue"));
});
afterEach(() => api.close());

const because = { "x-stellaops-operator-reason": "kernel update" };
const asTenantAdmin = { "x-stellaops-scopes": "scheduler.admin" };
const join = (introduction = {}) => registerRaw(api.lab, identity, introduction);
const list = async (query = "", headers: Record<string, string> = {}, tenant = "acme") =>
  (await api.send("GET", `/workers${query}`, { headers, tenant })).body.items;
const idsOf = async (query: string) => (await list(query)).map(({ id }: { id: string }) => id);
const show = async (worker: RawWorker, headers: Record<string, string> = {}, tenant = "acme") =>
  (await api.send("GET", `/workers/${worker.worker}`, { headers, tenant })).body;
const post = (path: string, body?: object, headers: Record<string, string> = because) =>
  api.send("POST", `/workers${path}`, { headers, ...(body && { body }) });
const rows = async (text: string) => (await api.lab.test.owner.query(text)).rows;
const failed = { status: "failed", error: { class: "transient", message: "disk full" } };

const kept = async () =>
  (await rows("select worker_id from scheduler.workers order by 1")).map(({ worker_id: id }) => id);

/** As if a worker had been silent for this long. */
async function silence(worker: RawWorker, ms: number): Promise<void> {
  const { keyPrefix } = api.lab.engine.queue;
  await api.lab.queue.valkey.zadd(`${keyPrefix}workers`, "XX", Date.now() - ms, worker.worker);
}

/** A run of so many images, one a job, dispatched. */
async function waitingJobs(count: number, tenant = "acme"): Promise<void> {
  for (let n = 0; n < count; n++) await api.lab.addImage(`shop:${n}`, ["pkg:npm/lodash@4.17.20"], tenant);
  await api.lab.planAndDispatch(await api.lab.createRun(undefined, { tenant }));
}

it("shows a worker from its registration to its goodbye", async () => {
  const worker = await join();
  expect(await list()).toMatchObject([
    {
      id: worker.worker,
      pool: "blue",
      state: "active",
      host: "node-1",
      sdk: { language: "go", version: "0.1.0" },
      build: "b1",
      kinds: ["scan"],
      concurrency: 4,
      jobsInHand: 0,
      attempts: {
        succeeded: 0,
        failed: 0,
        crashed: 0,
        refuted: 0,
        failureRate: null,
        othersFailureRate: null,
      },
      isSick: false,
    },
  ]);
  await waitingJobs(1);
  const { jobs } = await worker.claim(2);
  await worker.beat(jobs, '{"done":3,"total":9,"phase":"match"}');
  expect(await show(worker)).toMatchObject({
    state: "active",
    lastHeardAt: expect.any(String),
    idleMs: expect.any(Number),
    jobsInHand: 1,
    jobs: [{ jobId: jobs[0]!.job, tenantId: "acme", progress: { done: 3, total: 9, phase: "match" } }],
  });
  await silence(worker, 61_000);
  expect(await show(worker)).toMatchObject({ state: "lost", jobsInHand: 1 });
  await worker.beat([]);
  expect((await show(worker)).state).toBe("active");
  await worker.leave();
  expect(await show(worker)).toMatchObject({ state: "left", leftAt: expect.any(String) });
  expect(await list()).toEqual([]);
  expect(await list("?state=left")).toMatchObject([{ id: worker.worker }]);
});

it("answers 404 for a worker that nobody registered", async () => {
  expect((await api.send("GET", `/workers/wrk_${"0".repeat(32)}`)).status).toBe(404);
});

it("filters by what workers are and how they stand, over pages", async () => {
  const [go, python] = [await join(), await join({ sdk: { language: "python", version: "1" }, host: "b" })];
  const other = await registerRaw(api.lab, (await mintKey(api.lab, "red")).identity, { kinds: ["graph"] });
  await silence(go, 0);
  await go.claim(0);
  await silence(go, 120_000);
  expect(await idsOf("")).toEqual([other.worker, python.worker, go.worker]);
  expect(await idsOf("?pool=red")).toEqual([other.worker]);
  expect(await idsOf("?kind=graph")).toEqual([other.worker]);
  expect(await idsOf("?language=python")).toEqual([python.worker]);
  expect(await idsOf("?host=b")).toEqual([python.worker]);
  expect(await idsOf("?state=lost")).toEqual([go.worker]);
  expect(await idsOf("?state=lost&state=active&sick=true")).toEqual([]);
  const first = await api.send("GET", "/workers?pageSize=2&sick=false");
  expect(first.body.items).toHaveLength(2);
  expect(await idsOf(`?pageSize=2&sick=false&pageToken=${first.body.nextPageToken}`)).toEqual([go.worker]);
});

it("shows a tenant's admin the shared workers, and of jobs, attempts and hosts only its own", async () => {
  const worker = await join();
  await waitingJobs(1, "acme");
  await waitingJobs(2, "other");
  const { jobs } = await worker.claim(3);
  const ours = jobs.filter(({ job }) => job !== jobs[0]?.job);
  await worker.settle(ours, failed);
  await api.lab.ingestAll();
  const [all, own] = [await show(worker), await show(worker, asTenantAdmin, "other")];
  expect([all.jobs.length, all.jobsInHand, all.host]).toEqual([1, 1, "node-1"]);
  expect(own).toMatchObject({ id: worker.worker, state: "active" });
  expect([own.jobsInHand, own.host]).toEqual([undefined, undefined]);
  const tenants = new Set([...own.jobs].map(({ tenantId }: { tenantId: string }) => tenantId));
  expect([...tenants].filter((tenant) => tenant !== "other")).toEqual([]);
  const [theirs] = await rows(
    "select sum(failed)::int as failed from scheduler.worker_tallies where tenant_id = 'other'",
  );
  expect(own.attempts.failed).toBe(theirs.failed);
  expect(all.attempts.failed).toBe(2);
  expect((await api.send("GET", "/workers?host=node-1", { headers: asTenantAdmin })).status).toBe(403);
});

describe("a worker that fails where others succeed", () => {
  it("is sick, and the others are not", async () => {
    await waitingJobs(60);
    const [sick, ...healthy] = [await join({ build: "b2" }), await join(), await join()];
    const { jobs } = await sick.claim(25);
    await sick.settle(jobs, failed);
    await api.lab.ingestAll();
    for (const worker of healthy) {
      for (const job of (await worker.claim(40)).jobs) await worker.settle([job], await api.lab.scan(job));
      await api.lab.ingestAll();
    }
    expect(await idsOf("?sick=true")).toEqual([sick.worker]);
    expect((await show(sick)).attempts).toEqual({
      succeeded: 0,
      failed: 25,
      crashed: 0,
      refuted: 25,
      failureRate: 1,
      othersFailureRate: 0,
    });
    expect(await list("?sick=true", asTenantAdmin)).toHaveLength(1);
  });

  it("is not sick while nobody has done its jobs", async () => {
    await waitingJobs(60);
    const [unlucky, other] = [await join(), await join()];
    const { jobs } = await unlucky.claim(25);
    await unlucky.settle(jobs, failed);
    for (const job of (await other.claim(35)).jobs) await other.settle([job], await api.lab.scan(job));
    await api.lab.ingestAll();
    expect((await show(unlucky)).attempts).toMatchObject({ failed: 25, refuted: 0, othersFailureRate: 0 });
    expect(await list("?sick=true")).toEqual([]);
  });
});

it("counts an attempt once, however often its result is read, and says nothing of inputs at fault", async () => {
  await waitingJobs(2);
  const worker = await join();
  const { jobs } = await worker.claim(2);
  await worker.settle([jobs[0]!], await api.lab.scan(jobs[0]!));
  await worker.settle([jobs[1]!], { status: "failed", error: { class: "input_invalid", message: "no" } });
  const entries = await api.lab.engine.queue.readResults({ consumer: "lab", count: 10, blockMs: 0 });
  await ingestBatch(api.lab.engine, entries);
  await ingestBatch(api.lab.engine, entries);
  expect((await show(worker)).attempts).toMatchObject({ succeeded: 1, failed: 0, crashed: 0 });
});

it("names the builds whose late results differ from the accepted ones, also those that came first", async () => {
  await waitingJobs(2);
  const [slow, quick] = [await join({ build: "old" }), await join({ build: "new" })];
  const { jobs } = await slow.claim(2);
  for (const { job } of jobs) await api.lab.queue.endLease(job);
  await api.lab.engine.queue.tick();
  await api.lab.ingestAll();
  const outcomes = await Promise.all(jobs.map(async (job) => await api.lab.scan({ ...job, attempt: 2 })));
  await slow.settle([jobs[0]!], outcomes[0]);
  await slow.settle([jobs[1]!], { status: "succeeded", result: { another: true } });
  await api.lab.ingestAll();
  expect((await show(slow)).lateResults).toEqual({ confirms: 0, differs: 0, undecided: 2 });
  for (const job of (await quick.claim(2)).jobs) await quick.settle([job], await api.lab.scan(job));
  await api.lab.ingestAll();
  expect(await show(slow)).toMatchObject({
    lateResults: { confirms: 1, differs: 1, undecided: 0 },
    differing: [{ tenantId: "acme", jobId: jobs[1]!.job, attempt: 1, outcome: "succeeded" }],
  });
  await rows("delete from scheduler.workers");
  const builds = (await api.send("GET", "/workers/builds")).body.items;
  expect(builds).toMatchObject([
    {
      sdk: { language: "go", version: "0.1.0" },
      build: "old",
      workersAlive: 0,
      lateResults: { confirms: 1, differs: 1, undecided: 0 },
      lastDifferingAt: expect.any(String),
    },
  ]);
  const foreign = await api.send("GET", "/workers/builds", { headers: asTenantAdmin, tenant: "other" });
  expect(foreign.body.items).toEqual([]);
});

describe("drain", () => {
  it("lets a worker finish what it has, told with the next beat or claim, until it is lifted", async () => {
    await waitingJobs(2);
    const [worker, other] = [await join(), await join()];
    const { jobs } = await worker.claim(1);
    await other.claim(0);
    const drained = await post(`/${worker.worker}/drain`);
    expect(drained).toMatchObject({ status: 200, body: { workers: 1, draining: 1, jobsInHand: 1 } });
    expect((await worker.beat(jobs)).word).toBe("drain");
    expect((await worker.claim(1)).word).toBe("drain");
    expect((await other.claim(0)).word).toBe("ok");
    expect(await show(worker)).toMatchObject({
      state: "draining",
      drain: { of: "worker", reason: "kernel update", by: "ann" },
    });
    expect(await worker.settle(jobs, failed)).toEqual(["accepted"]);
    for (let again = 0; again < 2; again++) {
      const lifted = await post(`/${worker.worker}/undrain`, undefined, {});
      expect(lifted.body).toEqual({ workers: 1, draining: 0, jobsInHand: 0 });
    }
    expect((await worker.claim(1)).word).toBe("ok");
    const audit = await rows(
      "select action, target_id, reason from scheduler.audit where target_kind = 'worker' order by seq",
    );
    expect(audit).toEqual([
      { action: "worker.drain", target_id: worker.worker, reason: "kernel update" },
      { action: "worker.undrain", target_id: worker.worker, reason: null },
    ]);
  });

  it("holds a whole pool back, those that come later too, and no other pool", async () => {
    const [first, second] = [await join(), await join()];
    const red = (await mintKey(api.lab, "red")).identity;
    const other = await registerRaw(api.lab, red);
    for (const worker of [first, second, other]) await worker.claim(0);
    expect((await post("/drain", { pool: "blue" })).body).toEqual({ workers: 2, draining: 2, jobsInHand: 0 });
    expect((await first.claim(1)).word).toBe("drain");
    expect((await other.claim(0)).word).toBe("ok");
    await expect(join()).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 30 });
    const { items } = (await api.send("GET", "/workers/pools")).body;
    expect(items).toMatchObject([
      { name: "blue", workers: { active: 0, draining: 2, lost: 0 }, drain: { reason: "kernel update" } },
      { name: "default", workers: { active: 0, draining: 0, lost: 0 } },
      { name: "red", workers: { active: 1, draining: 0, lost: 0 }, slots: 4 },
    ]);
    await post(`/${first.worker}/drain`);
    expect((await post("/undrain", { pool: "blue" }, {})).body).toMatchObject({ workers: 2, draining: 1 });
    expect([(await first.claim(0)).word, (await second.claim(0)).word]).toEqual(["drain", "ok"]);
    expect((await join()).worker).toMatch(/^wrk_/);
  });

  it("is told again to a queue that has forgotten it, and stands over a rebuild", async () => {
    const worker = await join();
    await worker.claim(0);
    await post("/drain", { pool: "blue" });
    await api.lab.queue.valkey.unlink(`${api.lab.engine.queue.keyPrefix}draining`);
    expect((await worker.claim(0)).word).toBe("ok");
    await watchWorkers(api.lab.engine);
    expect((await worker.claim(0)).word).toBe("drain");
    await api.lab.queue.valkey.unlink(`${api.lab.engine.queue.keyPrefix}epoch`);
    await ensureQueue(
      { ...api.lab.engine, pool: "blue" },
      { leaseMs: 60_000, beatMs: 15_000 },
      async () => undefined,
    );
    await expect(join()).rejects.toMatchObject({ code: "unavailable" });
    await watchWorkers(api.lab.engine);
    expect((await show(worker)).state).toBe("left");
    await post("/undrain", { pool: "blue" }, {});
    expect((await (await join()).claim(0)).word).toBe("ok");
  });

  it("needs an operator, a reason and a worker that there is", async () => {
    const worker = await join();
    const asAdmin = { ...because, ...asTenantAdmin };
    expect((await post(`/${worker.worker}/drain`, undefined, asAdmin)).status).toBe(403);
    expect((await post("/drain", { pool: "blue" }, asAdmin)).status).toBe(403);
    expect((await post("/undrain", { pool: "blue" }, asAdmin)).status).toBe(403);
    expect((await post(`/${worker.worker}/drain`, undefined, {})).status).toBe(422);
    expect((await post("/drain", { pool: "blue" }, {})).status).toBe(422);
    expect((await post(`/wrk_${"0".repeat(32)}/drain`, undefined, {})).status).toBe(404);
  });
});

describe("what the queue forgets is written down", () => {
  it("when a worker was heard of last, and that it left", async () => {
    const [lost, left, back] = [await join(), await join(), await join()];
    for (const worker of [lost, left, back]) await worker.claim(0);
    await left.leave();
    await watchWorkers(api.lab.engine);
    const gauge = (await api.lab.engine.metrics.workers.get()).values;
    expect(gauge).toContainEqual({ labels: { pool: "blue", state: "active" }, value: 2 });
    await api.lab.queue.valkey.unlink(`${api.lab.engine.queue.keyPrefix}workers`);
    await back.claim(0);
    expect([(await show(lost)).state, (await show(left)).state, (await show(back)).state]).toEqual([
      "active",
      "left",
      "active",
    ]);
    api.lab.test.shiftMs = 120_000;
    expect([(await show(lost)).state, (await show(back)).state]).toEqual(["lost", "active"]);
  });

  it("which registrations ended with the life of their queue", async () => {
    const worker = await join();
    await rows("update scheduler.queues set epoch = 'another'");
    expect((await show(worker)).state).toBe("left");
    await withEngine(api.lab.engine.engine, endOutlived);
    const [row] = await rows("select left_at is not null as has_left from scheduler.workers");
    expect(row).toEqual({ has_left: true });
  });

  it("until it is old", async () => {
    const [left, silent] = [await join(), await join()];
    for (const worker of [left, silent]) await worker.claim(0);
    await left.leave();
    await watchWorkers(api.lab.engine);
    await prune(api.lab.engine);
    expect(await kept()).toEqual([left.worker, silent.worker]);
    api.lab.test.shiftMs = 25 * 3_600_000;
    await prune(api.lab.engine);
    expect(await kept()).toEqual([silent.worker]);
    api.lab.test.shiftMs = 4 * 24 * 3_600_000;
    await prune(api.lab.engine);
    expect(await kept()).toEqual([]);
  });
});
