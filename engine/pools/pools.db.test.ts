import { openTestQueue, type TestQueue } from "../../platform/valkey/testing/test-queue.ts";
import { insertPool } from "../../store/pools.ts";
import { withEngine } from "../../store/tenant.ts";
import { createRunLab, type RunLab } from "../../test/support/run-lab.ts";
import { atPool, type PoolEngine } from "../context.ts";
import { ensureQueue } from "../queue/rebuild.ts";
import { reconcile } from "../queue/reconcile.ts";
import { ingestBatch } from "../results/ingest.ts";
import { cancelRun } from "../runs/cancel.ts";
import { closeRun } from "../runs/close.ts";
import { dispatchRun } from "../runs/dispatch.ts";
import { planRun } from "../runs/plan.ts";
import { readInputs } from "../work/inputs.ts";
import { createPool } from "./create.ts";

let lab: RunLab;
let edge: TestQueue;
/** At the default pool; knows the edge pool, too. */
let engine: PoolEngine;
let atEdge: PoolEngine;
const times = { leaseMs: 60_000, beatMs: 15_000 };
const noUsers = async () => undefined;
const rows = async (text: string) => (await lab.test.owner.query(text)).rows;

beforeEach(async () => {
  lab = await createRunLab();
  edge = await openTestQueue();
  const queues = { of: (pool: string) => (pool === "edge" ? edge.queue : lab.queue.queue) };
  engine = atPool({ ...lab.engine, queues }, "default");
  atEdge = atPool(engine, "edge");
  await withEngine(engine.engine, (tx, now) =>
    insertPool(tx, { pool: "edge", tenant: null, created_at: now, created_by: "test" }),
  );
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
});
afterEach(async () => {
  await edge[Symbol.asyncDispose]();
  await lab.close();
});

/** A planned and dispatched run of one image in the edge pool. */
async function edgeRun() {
  const key = await lab.createRun();
  await lab.test.owner.query("update scheduler.runs set pool = 'edge' where run_id = $1", [key.runId]);
  await planRun(engine, key);
  await dispatchRun(engine, { ...key, pool: "edge" });
  return { ...key, pool: "edge" };
}

async function ingestFrom(at: PoolEngine) {
  const entries = await at.queue.readResults({ consumer: "lab", count: 100, blockMs: 0 });
  return ingestBatch(at, entries);
}

it("sends the jobs of a run to the queue of its pool alone, and takes the results from there", async () => {
  const key = await edgeRun();
  expect(await lab.workAll()).toBe(0);
  const worker = edge.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  await worker.settle([job!], await lab.scan(job!, "edge"));
  expect(await ingestFrom(engine)).toMatchObject({ accepted: 0 });
  expect(await ingestFrom(atEdge)).toMatchObject({ accepted: 1 });
  expect(await closeRun(engine, key)).toMatchObject({ state: "completed", images_succeeded: 1 });
});

it("gives no inputs of a job to the workers of another pool", async () => {
  await edgeRun();
  const [job] = (await edge.worker("w1").claim(1)).jobs;
  const asked = { jobId: job!.job, attempt: job!.attempt };
  const worker = { keyId: "0".repeat(16), pool: "default" };
  await expect(readInputs(engine, { ...asked, worker })).rejects.toMatchObject({ code: "not_found" });
  expect(await readInputs(engine, { ...asked, worker: { ...worker, pool: "edge" } })).toMatchObject({
    images: [{ ordinal: 0 }],
  });
});

it("believes no result that the workers of another pool wrote by hand", async () => {
  await edgeRun();
  const [job] = (await edge.worker("w1").claim(1)).jobs;
  const entry = {
    job: job!.job,
    attempt: String(job!.attempt),
    lease: "1",
    worker: "evil",
    kind: "scan",
    class: "interactive",
    tenant: "acme",
    run: job!.run,
    reason: "settled",
    stop: "",
    stale: "0",
    leasedMs: "1",
    waitedMs: "1",
    outcomeBytes: "24",
    outcome: '{"status":"incomplete","reason":"x"}',
  };
  await lab.queue.valkey.xadd(`${lab.queue.queue.keyPrefix}results`, "*", ...Object.entries(entry).flat());
  expect(await ingestFrom(engine)).toEqual({ accepted: 0, late: 0, ghosts: 1 });
  expect(await rows("select state from scheduler.jobs")).toEqual([{ state: "queued" }]);
  expect(await rows("select 1 from scheduler.late_results")).toEqual([]);
});

it("rebuilds the queue of one pool and leaves the attempts of the others alone", async () => {
  await lab.planAndDispatch(await lab.createRun());
  await edgeRun();
  await edge.valkey.unlink(...(await edge.valkey.keys(`${edge.queue.keyPrefix}*`)));
  expect(await ensureQueue(atEdge, times, noUsers)).toEqual({ rebuilt: true, jobs: 1 });
  expect(await rows("select pool, attempt from scheduler.jobs order by pool")).toEqual([
    { pool: "default", attempt: 1 },
    { pool: "edge", attempt: 2 },
  ]);
  expect((await edge.worker("w1").claim(4)).jobs).toMatchObject([{ attempt: 2 }]);
  expect(await lab.workAll()).toBe(1);
});

it("compares each queue with the jobs of its own pool", async () => {
  await lab.planAndDispatch(await lab.createRun());
  await edgeRun();
  await lab.test.owner.query("update scheduler.jobs set queued_at = queued_at - interval '1 minute'");
  for (const at of [engine, atEdge]) expect(await reconcile(at)).toEqual({ resent: 0, dropped: 0 });
});

it("cancels a run where it is queued", async () => {
  const key = await edgeRun();
  await cancelRun(engine, key, "ann");
  expect((await edge.worker("w1").claim(1)).jobs).toEqual([]);
  expect(await closeRun(engine, key)).toMatchObject({ state: "cancelled", images_cancelled: 1 });
});

it("makes a pool once, by the platform only", async () => {
  const ctx = { ...lab.ctx(), ...engine };
  const creation = { queue: "site-7", tenantId: "acme" };
  const key = { route: "POST /queues", key: "k", bodyHash: "h" };
  const made = await createPool(ctx, { creation, key });
  expect(made).toMatchObject({ status: 201, body: creation, isReplay: false });
  expect(await createPool(ctx, { creation, key })).toMatchObject({ body: creation, isReplay: true });
  await expect(createPool(ctx, { creation, key: undefined })).rejects.toMatchObject({ code: "conflict" });
  const caller = { ...ctx.caller, identity: { ...ctx.caller.identity, scopes: ["scheduler.admin"] } };
  await expect(createPool({ ...ctx, caller }, { creation, key: undefined })).rejects.toMatchObject({
    code: "forbidden",
  });
});
