import { type ApiLab, createApiLab } from "../../../test/support/api-lab.ts";
import { digestOf } from "../../../test/support/run-lab.ts";
import { closeRun } from "../../../engine/runs/close.ts";
import { run as runDocument } from "../../../model/runs/run.ts";

let api: ApiLab;
beforeEach(async () => {
  api = await createApiLab();
});
afterEach(() => api.close());

const everything = { selection: { scope: "all" } };
const lodash = [
  {
    package: { ecosystem: "npm", name: "lodash" },
    ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "4.17.21" }] }],
  },
];

const create = (body: object = everything, headers = {}) => api.send("POST", "/runs", { body, headers });
const get = async (path: string, tenant = "acme") => api.send("GET", path, { tenant });
const keyOf = (body: { id: string }) => ({ tenant: "acme", runId: body.id });
const rows = async (text: string) => (await api.lab.test.owner.query(text)).rows;
const paths = (answer: { body: { errors: { path: string }[] } }) =>
  answer.body.errors.map(({ path }) => path);

it("creates a run in planning, audits it and starts its workflow", async () => {
  const { status, headers, body } = await create({ ...everything, reason: { text: "before the release" } });
  expect(status).toBe(201);
  expect(runDocument.parse(body)).toEqual(body);
  expect(body).toMatchObject({
    state: "planning",
    trigger: "manual",
    mode: "analysis-only",
    createdBy: "ann",
  });
  expect(body.reason).toEqual({ text: "before the release" });
  expect(headers.get("location")).toBe(`/api/v1/scheduler/runs/${body.id}`);
  expect(api.started).toEqual([`run/acme/${body.id}`]);
  expect(await rows("select workflow_started_at is not null as started, class from scheduler.runs")).toEqual([
    { started: true, class: "interactive" },
  ]);
  expect(await rows("select action, target_id from scheduler.audit")).toEqual([
    { action: "run.create", target_id: body.id },
  ]);
});

it("keeps the run for the ticker when Temporal is away", async () => {
  api.workflows.isAway = true;
  expect((await create()).status).toBe(201);
  expect(await rows("select state, workflow_started_at from scheduler.runs")).toEqual([
    { state: "planning", workflow_started_at: null },
  ]);
});

it("makes one run of any number of creates with one idempotency key, and starts it once", async () => {
  const headers = { "idempotency-key": "k1" };
  const ids = await Promise.all([1, 2, 3].map(async () => create(everything, headers)));
  const made = ids.filter(({ status }) => status === 201).map(({ body }) => body.id);
  expect(new Set(made).size).toBe(1);
  expect((await create(everything, headers)).body.id).toBe(made[0]);
  expect(api.started).toHaveLength(1);
});

it("takes exactly one subject", async () => {
  expect(paths(await create({}))).toEqual(["selection"]);
  expect(paths(await create({ ...everything, purls: ["pkg:npm/a"] }))).toEqual(["purls"]);
  const both = { scheduleId: `sch_${"0".repeat(32)}`, mode: "analysis-only" };
  expect(paths(await create(both))).toEqual(["mode"]);
});

it("names advisories, package URLs and schedules that it cannot use", async () => {
  await api.lab.addAdvisory("GHSA-aaaa-aaaa-aaaa", lodash, { aliases: ["CVE-2021-1"] });
  expect(paths(await create({ advisories: ["CVE-2021-1", "CVE-1"] }))).toEqual(["advisories[1]"]);
  expect(paths(await create({ purls: ["pkg:npm/lodash", "lodash"] }))).toEqual(["purls[1]"]);
  expect(paths(await create({ scheduleId: `sch_${"0".repeat(32)}` }))).toEqual(["scheduleId"]);
  expect(await rows("select 1 from scheduler.runs")).toEqual([]);
});

it("runs only what an advisory touches, as an event", async () => {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  await api.lab.addImage("shop:2", ["pkg:npm/left-pad@1.0.0"]);
  await api.lab.addAdvisory("GHSA-aaaa-aaaa-aaaa", lodash);
  const creation = { advisories: ["GHSA-aaaa-aaaa-aaaa"] };
  const preview = await api.send("POST", "/runs/preview", { body: creation });
  expect(preview.body).toMatchObject({ planned: 1, fresh: 0, withoutSbom: 0 });
  const { body } = await create(creation);
  const row = await api.lab.complete(keyOf(body));
  expect([row.class, row.impact_digest, row.images_planned]).toEqual(["event", preview.body.digest, 1]);
});

it("shows a finished run with books, coverage, stats that sum up, and its deltas", async () => {
  await api.lab.addAdvisory("GHSA-aaaa-aaaa-aaaa", lodash);
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  await api.lab.addImage("bare:1", null);
  const { body } = await create();
  await api.lab.complete(keyOf(body));
  const found = (await get(`/runs/${body.id}`)).body;
  expect(runDocument.parse(found)).toEqual(found);
  expect(found).toMatchObject({
    state: "completed",
    counts: { planned: 2, fresh: 0, succeeded: 1, failed: 0, incomplete: 1, cancelled: 0 },
    segments: { total: 1, open: 0 },
    coverage: { components: 1, matchable: 1 },
    findings: { newFindings: 1, imagesChanged: 1 },
    deltas: [{ imageDigest: digestOf("shop:1"), newFindings: 1, cause: "sbom" }],
  });
  const { planner, queue, execution, postProcessing } = found.stats;
  const tookMs = Date.parse(found.finishedAt) - Date.parse(found.createdAt);
  expect(planner + queue + execution + postProcessing).toBe(tookMs);
  expect((await get(`/runs/${body.id}/deltas`)).body.items).toEqual(found.deltas);
});

it("gives a tag that changes with the run and not with the clock", async () => {
  const { body } = await create();
  const first = await get(`/runs/${body.id}`);
  const etag = first.headers.get("etag") ?? "";
  expect(etag).toMatch(/^W\//);
  api.lab.test.shiftMs = 60_000;
  const headers = { "if-none-match": etag };
  expect((await api.send("GET", `/runs/${body.id}`, { headers })).status).toBe(304);
  await api.lab.complete(keyOf(body));
  expect((await api.send("GET", `/runs/${body.id}`, { headers })).status).toBe(200);
});

it("lists newest first, by state, trigger, schedule and time, in pages", async () => {
  const schedule = await api.send("POST", "/schedules", {
    body: { name: "nightly", whenCron: "0 2 * * *", ...everything },
  });
  const first = (await create()).body;
  const second = (await create({ scheduleId: schedule.body.id })).body;
  await api.lab.complete(keyOf(first));
  const ids = async (query: string) =>
    (await get(`/runs?${query}`)).body.items.map((item: { id: string }) => item.id);
  expect(await ids("")).toEqual([second.id, first.id]);
  expect(await ids("state=completed")).toEqual([first.id]);
  expect(await ids("state=completed&state=planning")).toEqual([second.id, first.id]);
  expect(await ids("trigger=cron")).toEqual([]);
  expect(await ids(`scheduleId=${schedule.body.id}`)).toEqual([second.id]);
  expect(await ids(`createdAfter=${first.createdAt}`)).toEqual([second.id]);
  expect(await ids(`createdBefore=${second.createdAt}`)).toEqual([first.id]);
  const page = (await get("/runs?pageSize=1")).body;
  expect(await ids(`pageSize=1&pageToken=${page.nextPageToken}`)).toEqual([first.id]);
});

it("shows the jobs of a run with what the queue says of them", async () => {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  await api.lab.addImage("shop:2", ["pkg:npm/left-pad@1.0.0"]);
  const { body } = await create();
  await api.lab.planAndDispatch(keyOf(body));
  const jobs = async (query = "") => (await get(`/runs/${body.id}/jobs${query}`)).body.items;
  expect(await jobs()).toMatchObject([
    { state: "queued", attempt: 1, images: 1, live: { state: "ready" } },
    { state: "queued", attempt: 1, images: 1, live: { state: "ready" } },
  ]);
  const worker = api.lab.queue.worker("w1");
  const [held] = (await worker.claim(1)).jobs;
  await worker.beat([held!], JSON.stringify({ done: 0, total: 1, phase: "match" }));
  const leased = (await jobs()).find((job: { id: string }) => job.id === held!.job);
  expect(leased.live).toMatchObject({ state: "leased", worker: "w1", progress: { done: 0, phase: "match" } });
  await worker.settle([held!], await api.lab.scan(held!));
  await api.lab.ingestAll();
  expect(await jobs("?state=succeeded")).toMatchObject([{ id: held!.job, worker: "w1" }]);
  expect((await jobs("?state=succeeded"))[0].live).toBeUndefined();
  const first = (await get(`/runs/${body.id}/jobs?pageSize=1`)).body;
  expect(await jobs(`?pageSize=1&pageToken=${first.nextPageToken}`)).toHaveLength(1);
});

it("shows the jobs without the queue's word when the queue is gone", async () => {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const { body } = await create();
  await api.lab.planAndDispatch(keyOf(body));
  api.lab.engine.queue.setEpoch("another");
  const [job] = (await get(`/runs/${body.id}/jobs`)).body.items;
  expect([job.state, job.live]).toEqual(["queued", undefined]);
});

it("shows a job with its attempts and late results", async () => {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const { body } = await create();
  await api.lab.planAndDispatch(keyOf(body));
  const worker = api.lab.queue.worker("w1");
  const [held] = (await worker.claim(1)).jobs;
  await worker.settle([held!], { status: "failed", error: { class: "transient", message: "try again" } });
  await worker.settle([{ ...held!, attempt: 7 }], { status: "succeeded" });
  await api.lab.ingestAll();
  const job = (await get(`/jobs/${held!.job}`)).body;
  expect(job).toMatchObject({
    runId: body.id,
    state: "queued",
    attempt: 2,
    tries: 1,
    live: { state: "ready" },
    attempts: [
      { attempt: 1, outcome: "failed", errorClass: "transient", message: "try again", worker: "w1" },
    ],
    lateResults: [{ attempt: 7, outcome: "succeeded", agreement: "undecided" }],
    artifacts: [],
  });
});

it("lists the images that did not succeed: of their own, of a job that closed whole, of one that closed partly", async () => {
  await api.lab.addImage("bare:1", null);
  for (let n = 0; n < 40; n++) await api.lab.addImage(`shop:${n}`, ["pkg:npm/lodash@4.17.20"]);
  const { body } = await create();
  await api.lab.planAndDispatch(keyOf(body));
  const worker = api.lab.queue.worker("w1");
  const [whole, partly] = (await worker.claim(2)).jobs;
  await worker.settle([whole!], { status: "incomplete", reason: "not_available" });
  const scanned = (await api.lab.scan(partly!)) as { result: { images: unknown[] } };
  const images = scanned.result.images.length;
  expect(images).toBeGreaterThan(1);
  scanned.result.images.length = 1;
  await worker.settle([partly!], {
    ...scanned,
    status: "failed",
    error: { class: "input_invalid", message: "no" },
  });
  await api.lab.ingestAll();
  const list = async (query: string) => (await get(`/runs/${body.id}/images?${query}`)).body;
  const all = (await list("")).items;
  const { counts } = (await get(`/runs/${body.id}`)).body;
  expect(all).toHaveLength(counts.incomplete + counts.failed);
  expect((await list("status=failed")).items).toHaveLength(counts.failed);
  expect(counts.failed).toBe(images - 1);
  expect((await list("status=failed")).items[0]).toMatchObject({ status: "failed", reason: "input_invalid" });
  expect(all).toContainEqual(
    expect.objectContaining({ imageDigest: digestOf("bare:1"), status: "incomplete", reason: "no_sbom" }),
  );
  expect(all).toContainEqual(expect.objectContaining({ reason: "not_available", jobId: whole!.job }));
  const paged: unknown[] = [];
  for (let token = ""; ;) {
    const page = await list(`pageSize=2${token}`);
    paged.push(...page.items);
    if (page.nextPageToken === undefined) break;
    token = `&pageToken=${page.nextPageToken}`;
  }
  expect(paged).toEqual(all);
});

it("cancels a run: audited once, no claim after it, again the same", async () => {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const { body } = await create();
  await api.lab.planAndDispatch(keyOf(body));
  const cancel = () => api.send("POST", `/runs/${body.id}/cancel`, { body: { reason: "wrong selection" } });
  expect((await cancel()).body.counts.cancelled).toBe(1);
  expect((await api.lab.queue.worker("w1").claim(1)).jobs).toEqual([]);
  await closeRun(api.lab.engine, keyOf(body));
  const again = await cancel();
  expect([again.status, again.body.state]).toEqual([200, "cancelled"]);
  expect(await rows("select reason from scheduler.audit where action = 'run.cancel'")).toEqual([
    { reason: "wrong selection" },
  ]);
});

it("cancels although Temporal is away", async () => {
  const { body } = await create();
  api.workflows.isAway = true;
  expect((await api.send("POST", `/runs/${body.id}/cancel`)).status).toBe(200);
});

it("answers 409 for the cancellation of a run that has ended otherwise", async () => {
  const { body } = await create();
  await api.lab.complete(keyOf(body));
  expect((await api.send("POST", `/runs/${body.id}/cancel`)).status).toBe(409);
});

it("tells how far the workers are behind", async () => {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  await api.lab.planAndDispatch(keyOf((await create()).body));
  const { queues } = (await get("/runs/queue/lag")).body;
  expect(queues).toMatchObject([
    { ready: 1, leased: 0, classes: [{ class: "interactive", kind: "scan", depth: 1 }] },
  ]);
});

it("answers for another tenant's run and job as for unknown ones", async () => {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  const { body } = await create();
  await api.lab.planAndDispatch(keyOf(body));
  const [job] = (await get(`/runs/${body.id}/jobs`)).body.items;
  for (const path of [
    `/runs/${body.id}`,
    `/runs/${body.id}/jobs`,
    `/runs/${body.id}/deltas`,
    `/runs/${body.id}/images`,
    `/runs/${body.id}/stream`,
    `/jobs/${job.id}`,
  ]) {
    expect([path, (await get(path, "other")).status]).toEqual([path, 404]);
  }
  expect((await api.send("POST", `/runs/${body.id}/cancel`, { tenant: "other" })).status).toBe(404);
  expect((await get("/runs", "other")).body.items).toEqual([]);
  const schedule = await api.send("POST", "/schedules", {
    body: { name: "nightly", whenCron: "0 2 * * *", ...everything },
    tenant: "other",
  });
  expect(paths(await create({ scheduleId: schedule.body.id }))).toEqual(["scheduleId"]);
});
