import { defaultPool } from "../../../model/pools/pool.ts";
import { applyQueueSettings } from "../../../engine/queue/settings/apply.ts";
import { type ApiLab, createApiLab } from "../../../test/support/api-lab.ts";

let api: ApiLab;
beforeEach(async () => {
  api = await createApiLab();
});
afterEach(() => api.close());

const because = { "x-stellaops-operator-reason": "the registry is down" };
const asTenantAdmin = { "x-stellaops-scopes": "scheduler.admin scheduler.runs.read" };
const queue = () => defaultPool;
const post = (verb: string, body: object, headers: Record<string, string> = because, tenant = "acme") =>
  api.send("POST", `/queues/${queue()}/${verb}`, { body, headers, tenant });
const limit = (tenant: string, body: object, headers: Record<string, string> = because) =>
  api.send("PUT", `/queues/${queue()}/tenants/${tenant}`, { body, headers });
const show = async (headers: Record<string, string> = {}, tenant = "acme") =>
  (await api.send("GET", "/queues", { headers, tenant })).body.items[0];
const rows = async (text: string) => (await api.lab.test.owner.query(text)).rows;

/** A run of one image for a tenant, dispatched; answers the id of its job. */
async function waitingJob(tenant = "acme"): Promise<string> {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"], tenant);
  const key = await api.lab.createRun(undefined, { tenant });
  await api.lab.planAndDispatch(key);
  const [job] = await rows(`select job_id from scheduler.jobs where run_id = '${key.runId}'`);
  return job.job_id as string;
}
const why = async (job: string, tenant = "acme") => api.send("GET", `/jobs/${job}/why`, { tenant });
const codesOf = async (job: string) =>
  (await why(job)).body.reasons.map(({ code }: { code: string }) => code) as string[];

it("tells why a job waits, from no worker to its end", async () => {
  const job = await waitingJob();
  expect(await codesOf(job)).toEqual(["no_worker"]);
  const worker = api.lab.queue.worker("w1");
  await worker.claim(0);
  expect((await why(job)).body).toEqual({
    jobId: job,
    reasons: [{ code: "next", text: expect.any(String) }],
    place: { jobsBefore: 0, tenantsBefore: 0, readyOfKind: 1, workersOfKind: 1 },
  });
  await api.lab.workAll(worker);
  expect(await codesOf(job)).toEqual(["result_pending"]);
  await api.lab.ingestAll();
  expect(await codesOf(job)).toEqual(["ended"]);
});

it("answers 404 for the job of another tenant, as for an unknown one", async () => {
  const job = await waitingJob("other");
  expect((await why(job)).status).toBe(404);
  expect((await why(`job_${"0".repeat(32)}`)).status).toBe(404);
});

it.each([
  [{ what: "queue" }, "queue_paused"],
  [{ what: "kind", kind: "scan" }, "kind_paused"],
  [{ what: "tenant", tenant: "acme" }, "tenant_paused"],
])("pauses %j with a reason that everybody sees who asks, and resumes", async (subject, code) => {
  const job = await waitingJob();
  const worker = api.lab.queue.worker("w1");
  await worker.claim(0);
  const paused = await post("pause", { subject });
  expect(paused).toMatchObject({
    status: 200,
    body: { subject, reason: "the registry is down", pausedBy: "ann" },
  });
  expect((await worker.claim(1)).jobs).toEqual([]);
  expect((await why(job)).body.reasons).toEqual([
    { code, text: expect.stringContaining("the registry is down") },
  ]);
  expect((await show()).pauses).toMatchObject([{ subject }]);
  expect((await post("resume", { subject }, {})).status).toBe(204);
  expect((await post("resume", { subject }, {})).status).toBe(204);
  expect((await show()).pauses).toEqual([]);
  expect((await worker.claim(1)).jobs).toHaveLength(1);
  const audit = await rows(
    "select action, reason from scheduler.audit where target_kind = 'queue' order by seq",
  );
  expect(audit).toEqual([
    { action: "queue.pause", reason: "the registry is down" },
    { action: "queue.resume", reason: null },
  ]);
});

it("sets weight and cap of a tenant, effective on what waits already", async () => {
  await waitingJob();
  const job = await waitingJob();
  const worker = api.lab.queue.worker("w1");
  const set = await limit("acme", { weight: 3, maxLeased: 1 });
  expect(set).toMatchObject({
    status: 200,
    body: { tenantId: "acme", weight: 3, maxLeased: 1, changedBy: "ann" },
  });
  expect((await worker.claim(5)).jobs).toHaveLength(1);
  expect(await codesOf(job)).toEqual(["tenant_at_cap"]);
  expect((await show()).classes).toMatchObject([
    {
      depth: 1,
      tenants: [{ tenantId: "acme", ready: 1, leased: 1, weight: 3, maxLeased: 1, isBlocked: true }],
    },
  ]);
  await limit("acme", { weight: 1, maxLeased: null });
  expect((await worker.claim(5)).jobs).toHaveLength(1);
});

it("tells the queue again what it has forgotten", async () => {
  await post("pause", { subject: { what: "tenant", tenant: "acme" } });
  await limit("other", { weight: 7, maxLeased: 2 });
  const { keyPrefix } = api.lab.engine.queue;
  await api.lab.queue.valkey.unlink(
    `${keyPrefix}pauses`,
    `${keyPrefix}weights`,
    `${keyPrefix}caps`,
    `${keyPrefix}blocked`,
  );
  await applyQueueSettings(api.lab.engine);
  expect(await api.lab.queue.valkey.hgetall(`${keyPrefix}pauses`)).toEqual({
    "tenant:acme": "the registry is down",
  });
  expect(await api.lab.queue.valkey.hgetall(`${keyPrefix}weights`)).toEqual({ other: "7" });
  expect(await api.lab.queue.valkey.hgetall(`${keyPrefix}caps`)).toEqual({ other: "2" });
});

it("lets a tenant's admin pause its own tenant and nothing else", async () => {
  const headers = { ...because, ...asTenantAdmin };
  expect((await post("pause", { subject: { what: "tenant", tenant: "acme" } }, headers)).status).toBe(200);
  expect((await post("pause", { subject: { what: "tenant", tenant: "other" } }, headers)).status).toBe(403);
  expect((await post("pause", { subject: { what: "queue" } }, headers)).status).toBe(403);
  expect((await post("resume", { subject: { what: "kind", kind: "scan" } }, headers)).status).toBe(403);
  expect((await limit("acme", { weight: 9, maxLeased: null }, headers)).status).toBe(403);
});

it("shows a tenant's admin no other tenants and none of their pauses", async () => {
  await waitingJob("acme");
  await waitingJob("other");
  await post("pause", { subject: { what: "tenant", tenant: "other" } });
  const own = await show(asTenantAdmin);
  expect(own.classes[0].depth).toBe(2);
  expect(own.classes[0].tenants.map(({ tenantId }: { tenantId: string }) => tenantId)).toEqual(["acme"]);
  expect(own.pauses).toEqual([]);
  expect((await show(asTenantAdmin, "other")).pauses).toHaveLength(1);
  expect((await show()).classes[0].tenants).toHaveLength(2);
});

it("wants a reason, a known queue and limits that make sense", async () => {
  const noReason = await post("pause", { subject: { what: "queue" } }, {});
  expect(noReason).toMatchObject({
    status: 422,
    body: { errors: [{ path: "X-StellaOps-Operator-Reason" }] },
  });
  expect((await limit("acme", { weight: 1, maxLeased: null }, {})).status).toBe(422);
  const wrong = await limit("acme", { weight: 0, maxLeased: 0 });
  expect(wrong.body.errors.map(({ path }: { path: string }) => path)).toEqual(["weight", "maxLeased"]);
  const unknown = await api.send("POST", "/queues/nowhere/pause", {
    body: { subject: { what: "queue" } },
    headers: because,
  });
  expect(unknown.status).toBe(404);
  expect((await post("pause", { subject: { what: "kind", kind: "a b" } })).status).toBe(422);
});
