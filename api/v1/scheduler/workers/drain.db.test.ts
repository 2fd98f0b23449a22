import { ensureQueue } from "../../../../engine/queue/rebuild.ts";
import { type RunningServer, startServer } from "../../../../platform/http/serve.ts";
import { createLog } from "../../../../platform/log/log.ts";
import { until } from "../../../../sdks/conformance/engine/until.ts";
import { createWorker, type Worker } from "../../../../sdks/typescript/src/index.ts";
import { withEngine } from "../../../../store/tenant.ts";
import { setWorkerDrain } from "../../../../store/workers/drains.ts";
import { type ApiLab, createApiLab } from "../../../../test/support/api-lab.ts";
import { mintKey } from "../../../../test/support/registered-worker.ts";

/** Workers of the SDK against the whole API: what draining them does to real processes. */
let api: ApiLab;
let server: RunningServer;
let key: string;
let lines: string[];
const running: { worker: Worker; ended: Promise<void> }[] = [];

beforeEach(async () => {
  api = await createApiLab();
  await openQueue();
  ({ key } = await mintKey(api.lab, "blue"));
  const log = createLog({ service: "test", level: "silent" });
  server = await startServer({ app: api.app, log, port: 0, graceMs: 5_000, closing: api.closing });
  lines = [];
});
afterEach(async () => {
  for (const { worker } of running) {
    worker.stop();
    worker.stop();
  }
  await Promise.allSettled(running.splice(0).map(({ ended }) => ended));
  await server.stop();
  await api.close();
});

const times = { leaseMs: 4_000, beatMs: 200 };
const openQueue = async () => {
  const { queue } = api.lab.engine;
  await queue.open(queue.epoch ?? "", times);
};
const because = { "x-stellaops-operator-reason": "kernel update" };
const post = (path: string, body?: object) =>
  api.send("POST", `/workers${path}`, { headers: because, ...(body && { body }) });
const list = async () => (await api.send("GET", "/workers")).body.items;

/** A worker whose jobs are done when the test says so. */
function work() {
  const finish = Promise.withResolvers<void>();
  const started: string[] = [];
  const worker = createWorker({
    apiUrl: server.url,
    workerKey: key,
    handleSignals: false,
    log: (_level, message) => void lines.push(message),
    kinds: {
      scan: async (job) => {
        started.push(job.id);
        await finish.promise;
        return { done: true };
      },
    },
  });
  const ended = worker.run();
  running.push({ worker, ended });
  return { ended, started, finish: () => finish.resolve() };
}

async function waitingJobs(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await api.lab.addImage(`shop:${n}`, ["pkg:npm/lodash@4.17.20"]);
  await api.lab.planAndDispatch(await api.lab.createRun());
}

const isIdle = async () => (await api.lab.engine.queue.stats()).idleWorkers === 1;

it("a drained worker finishes what it has, takes nothing new and leaves", async () => {
  await waitingJobs(1);
  const one = work();
  await until(() => one.started.length === 1);
  const [{ id }] = await list();
  expect((await post(`/${id}/drain`)).body).toEqual({ workers: 1, draining: 1, jobsInHand: 1 });
  await waitingJobs(1);
  await until(() => lines.includes("draining"));
  one.finish();
  await one.ended;
  expect(one.started).toHaveLength(1);
  const { ready, leased, resultsPending } = await api.lab.engine.queue.stats();
  expect({ ready, leased, resultsPending }).toEqual({ ready: 1, leased: 0, resultsPending: 1 });
  expect((await api.send("GET", `/workers/${id}`)).body.state).toBe("left");
});

it("an idle worker hears of a drain at once, not with its next beat", async () => {
  await api.lab.engine.queue.open(api.lab.engine.queue.epoch ?? "", { leaseMs: 240_000, beatMs: 60_000 });
  const one = work();
  await until(isIdle);
  await post("/drain", { pool: "blue" });
  await expect(one.ended).resolves.toBeUndefined();
});

it("a worker that starts in a drained pool waits until that is over", async () => {
  await post("/drain", { pool: "blue" });
  work();
  await until(() => lines.includes("Registration was answered 503."));
  expect(await list()).toEqual([]);
  await post("/undrain", { pool: "blue" });
  work();
  await until(isIdle);
});

it("a drain that a rebuild came before finds the worker under its new id", async () => {
  const one = work();
  await until(isIdle);
  const [{ id }] = await list();
  // As if the process had died before it told the queue.
  const drain = { reason: "kernel update", by: "ann" };
  await withEngine(api.lab.engine.engine, (tx, now) => setWorkerDrain(tx, id, { ...drain, at: now }));
  await api.lab.queue.valkey.unlink(`${api.lab.engine.queue.keyPrefix}epoch`);
  await ensureQueue({ ...api.lab.engine, pool: "blue" }, times, async () => undefined);
  await one.ended;
  const [latest] = (await api.send("GET", "/workers?state=left")).body.items;
  expect(latest.id).not.toBe(id);
  expect(latest.drain).toMatchObject({ of: "worker", ...drain });
});
