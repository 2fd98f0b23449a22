import { defaultPool } from "../../../model/pools/pool.ts";
import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { claimJobs } from "../../../engine/work/claim.ts";
import { registerWorker } from "../../../engine/work/register.ts";
import { createWorkerDesk } from "../../../engine/work/worker-desk.ts";
import { mintWorkerKey } from "../../../engine/worker-keys/mint.ts";
import { liveKeyMs } from "../../../platform/http/auth/live-keys.ts";
import { type RunningServer, startServer } from "../../../platform/http/serve.ts";
import { createLog } from "../../../platform/log/log.ts";
import { aJob } from "../../../platform/valkey/testing/test-queue.ts";
import { createWorkerCalls, type WorkerCalls } from "../../../platform/valkey/worker-calls.ts";
import { withEngine } from "../../../store/tenant.ts";
import { type ApiLab, createApiLab } from "../../../test/support/api-lab.ts";

let api: ApiLab;
let server: RunningServer;
let key: string;

beforeEach(async () => {
  api = await createApiLab();
  key = await mintKey();
  const log = createLog({ service: "test", level: "silent" });
  server = await startServer({ app: api.app, log, port: 0, graceMs: 5_000, closing: api.closing });
  const { queue } = api.lab.queue;
  await withEngine(api.lab.engine.engine, async (tx) => {
    await tx
      .insertInto("scheduler.queues")
      .values({ queue: queue.queue, epoch: queue.epoch ?? "", valkey_run_id: null, opened_at: new Date() })
      .execute();
  });
});
afterEach(async () => {
  await server.stop();
  await api.close();
});

async function mintKey(): Promise<string> {
  const { engine } = api.lab;
  return await mintWorkerKey({ database: engine.engine, workerUsers: engine.workerUsers }, defaultPool);
}

interface Reply {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

async function call(
  name: string,
  body: unknown,
  more: { key?: string; signal?: AbortSignal } = {},
): Promise<Reply> {
  const response = await fetch(`${server.url}/api/v1/worker/${name}`, {
    method: "POST",
    headers: { authorization: `Bearer ${more.key ?? key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(more.signal && { signal: more.signal }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** Registers a worker; answers what its calls begin with. */
async function register(more: object = {}): Promise<{ workerId: string; epoch: string }> {
  const { status, body } = await call("register", {
    protocolVersions: [1],
    kinds: ["scan"],
    sdk: { language: "test", version: "1" },
    concurrency: 4,
    transport: "https",
    ...more,
  });
  expect(status).toBe(200);
  return { workerId: body.workerId, epoch: body.epoch };
}

const claimOf = (caller: object, more: object = {}) => ({ ...caller, free: 4, kinds: ["scan"], ...more });
const idle = async () => (await api.lab.engine.queue.stats()).idleWorkers;

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(5);
}

test("a worker that never hears of Valkey claims, beats, settles, gives back and leaves", async () => {
  const registered = await call("register", {
    protocolVersions: [1],
    kinds: ["scan"],
    sdk: { language: "test", version: "1" },
    concurrency: 2,
    transport: "https",
  });
  expect(registered.body).toEqual({
    workerId: expect.stringMatching(/^wrk_/),
    queue: defaultPool,
    epoch: api.lab.queue.queue.epoch,
    transport: "https",
    transports: ["valkey", "https"],
    https: { path: "/api/v1/worker", waitSeconds: 30 },
    leaseSeconds: 60,
    beatSeconds: 15,
    protocolVersion: 1,
  });
  const caller = { workerId: registered.body.workerId, epoch: registered.body.epoch };
  await api.lab.queue.queue.enqueue([aJob("a"), aJob("b")]);

  const claimed = await call("claim", claimOf(caller, { free: 2 }));
  expect(claimed.body).toMatchObject({ word: "ok", retryAfterMs: 0, leaseMs: 60_000, beatMs: 15_000 });
  const [a, b] = claimed.body.jobs;
  expect(a).toEqual({ ...aJob("a"), lease: expect.any(Number) });
  const [first, second] = [a, b].map(({ job, attempt, lease }) => ({ job, attempt, lease }));

  const progress = '{"done":1}';
  const beat = await call("beat", {
    ...caller,
    jobs: [
      { ...first, progress },
      { ...second, lease: 99 },
    ],
  });
  expect(beat.body).toEqual({
    word: "continue",
    leaseMs: 60_000,
    beatMs: 15_000,
    verdicts: ["continue", "lost"],
  });
  expect((await api.lab.queue.queue.listRun("run_1", null, 10)).items[0]?.progress).toEqual({ done: 1 });

  const outcome = { status: "succeeded", result: "ü" };
  const settle = { ...caller, jobs: [{ ...first, outcome: JSON.stringify(outcome) }] };
  expect((await call("settle", settle)).body).toEqual({ verdicts: ["accepted"] });
  expect((await call("settle", settle)).body).toEqual({ verdicts: ["known"] });
  const [entry] = await api.lab.queue.queue.readResults({ consumer: "t", count: 5, blockMs: 0 });
  expect(entry).toMatchObject({ job: "a", worker: caller.workerId, stale: false, outcome });

  expect((await call("release", { ...caller, jobs: [second] })).body).toEqual({ verdicts: ["released"] });
  expect(await api.lab.queue.queue.known([{ job: "b", attempt: 1 }])).toEqual(["ready"]);
  expect(await call("leave", caller)).toEqual({ status: 204, body: undefined });
  expect((await api.lab.queue.queue.stats()).workersAlive).toBe(0);
});

test("a server that does not offer a transport refuses it for good, and a worker that does not ask gets Valkey", async () => {
  const introduction = { protocolVersions: [1], kinds: ["scan"], sdk: { language: "test", version: "1" } };
  const asked = await call("register", { ...introduction, concurrency: 1 });
  expect(asked.body).toMatchObject({ transport: "valkey", valkey: { username: key.slice(0, 19) } });
  const directions = { workerUrl: "redis://127.0.0.1:6379", leaseSeconds: 60, beatSeconds: 15 };
  const worker = { keyId: key.split("_")[1] ?? "", pool: defaultPool };
  const refused = registerWorker(api.lab.engine, { ...directions, transports: ["https"] }, worker, {
    ...introduction,
    concurrency: 1,
  });
  await expect(refused).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("https, not valkey"),
  });
});

test("a claim waits until there is work, or until its time is over", async () => {
  const caller = await register();
  expect((await call("claim", claimOf(caller, { waitSeconds: 0.05 }))).body.jobs).toEqual([]);
  const waiting = call("claim", claimOf(caller, { waitSeconds: 30 }));
  await until(async () => (await idle()) === 1);
  await sleep(5);
  await api.lab.queue.queue.enqueue([aJob("a")]);
  const { jobs, waitedMs } = (await waiting).body;
  expect(jobs).toMatchObject([{ job: "a" }]);
  expect(waitedMs).toBeGreaterThan(0);
});

test("a later claim of the worker, its goodbye and the end of the service end a claim that waits", async () => {
  const caller = await register();
  const [first, second] = [call("claim", claimOf(caller, { waitSeconds: 30 })), register()];
  await until(async () => (await idle()) === 1);
  expect((await call("claim", claimOf(caller, { free: 0 }))).body.jobs).toEqual([]);
  expect((await first).body).toMatchObject({ word: "ok", jobs: [] });

  const other = await second;
  const [leaving, last] = [
    call("claim", claimOf(caller, { waitSeconds: 30 })),
    call("claim", claimOf(other, { waitSeconds: 30 })),
  ];
  await until(async () => (await idle()) === 2);
  await call("leave", caller);
  expect((await leaving).status).toBe(200);
  api.closing.abort();
  expect((await last).body).toMatchObject({ word: "ok", jobs: [] });
});

test("jobs for a worker that hung up while they were claimed go back at once, and cost no try", async () => {
  const caller = await register();
  const { queue, valkey } = api.lab.queue;
  const leaving = new AbortController();
  const real = createWorkerCalls({ valkey });
  const calls: WorkerCalls = {
    ...real,
    async claim(...args) {
      const answer = await real.claim(...args);
      if (answer.jobs.length > 0) leaving.abort();
      return answer;
    },
  };
  const desk = createWorkerDesk(api.lab.engine, calls);
  const identity = { keyId: key.split("_")[1] ?? "", pool: defaultPool };
  const signals = { gone: leaving.signal, closing: api.closing.signal };
  const claim = { ...caller, free: 4, kinds: ["scan"], waitSeconds: 30 };
  const waiting = claimJobs(desk, identity, claim, signals);
  await until(async () => (await idle()) === 1);
  await queue.enqueue([aJob("a")]);
  await waiting;
  await until(async () => (await queue.known([{ job: "a", attempt: 1 }]))[0] === "ready");
  expect((await call("claim", claimOf(caller))).body.jobs).toMatchObject([{ job: "a", attempt: 1 }]);
  real.end();
});

/** Claims a thousand large jobs and hangs up; tells whether they came back, or the whole answer was sent before. */
async function hangUp(many: object, name: string): Promise<boolean> {
  const { queue } = api.lab.queue;
  const jobs = Array.from({ length: 1_000 }, (_, i) => aJob(`${name}${i}`, { payload: "x".repeat(1_900) }));
  await queue.enqueue(jobs);
  const request = httpRequest(`${server.url}/api/v1/worker/claim`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  });
  request.on("error", () => {});
  request.end(JSON.stringify(claimOf(many, { free: 1_000 })));
  const leasedBefore = (await queue.stats()).leased;
  await until(async () => (await queue.stats()).leased > leasedBefore);
  request.destroy();
  const patience = performance.now() + 2_000;
  for (;;) {
    const states = new Set(await queue.known(jobs));
    if (states.size === 1 && states.has("ready")) return true;
    if (performance.now() > patience) return false;
    await sleep(20);
  }
}

test("jobs whose answer cannot be written go back at once", async () => {
  const many = await register({ concurrency: 1_000 });
  let hasComeBack = false;
  // A busy machine may have the answer on its way before anybody hangs up: then nobody can tell.
  for (let round = 0; round < 10 && !hasComeBack; round++) hasComeBack = await hangUp(many, `r${round}-`);
  expect(hasComeBack).toBe(true);
});

test("a worker works under its own id, key and epoch only", async () => {
  const caller = await register();
  const otherKey = await mintKey();
  const calls = ["claim", "beat", "settle", "release", "leave"].map(
    (name) =>
      [
        name,
        name === "claim" ? claimOf : (who: object) => (name === "leave" ? who : { ...who, jobs: [] }),
      ] as const,
  );
  for (const [name, bodyOf] of calls) {
    const foreign = await call(name, bodyOf(caller), { key: otherKey });
    const unknown = await call(name, bodyOf({ ...caller, workerId: "wrk_none" }));
    const old = await call(name, bodyOf({ ...caller, epoch: "ep_old" }));
    expect([name, foreign.status, unknown.status, old.status, old.body.code]).toEqual([
      name,
      404,
      404,
      409,
      "wrong_epoch",
    ]);
  }
});

test.each([
  ["more than it registered", { free: 5 }, "free"],
  ["a kind that it did not register", { kinds: ["scan", "graph"] }, "kinds[1]"],
  ["a longer wait than there is", { waitSeconds: 31 }, "waitSeconds"],
  ["no kind", { kinds: [] }, "kinds"],
  ["unknown fields", { tenant: "acme" }, "tenant"],
])("a claim for %s is refused", async (_what, more, path) => {
  const { status, body } = await call("claim", claimOf(await register(), more));
  expect([status, body.errors[0].path]).toEqual([422, path]);
});

test("calls of more than 1,000 jobs or 1,000,000 bytes are refused, nothing else of them is looked at", async () => {
  const caller = await register();
  const lease = { job: "a", attempt: 1, lease: 1 };
  const jobs = Array.from({ length: 1_001 }, () => lease);
  expect((await call("release", { ...caller, jobs })).status).toBe(422);
  const outcome = "x".repeat(1_000_000);
  expect((await call("settle", { ...caller, jobs: [{ ...lease, outcome }] })).status).toBe(413);
});

test("outcomes that the queue refuses are told one by one", async () => {
  const caller = await register();
  await api.lab.queue.queue.enqueue([aJob("a")]);
  const [{ lease }] = (await call("claim", claimOf(caller))).body.jobs;
  const jobs = [
    { job: "a", attempt: 1, lease, outcome: "x".repeat(65_537) },
    { job: "a", attempt: 1, lease, outcome: "" },
    { job: "b", attempt: 1, lease: 9, outcome: "{}" },
  ];
  expect((await call("settle", { ...caller, jobs })).body).toEqual({
    verdicts: ["too_large", "invalid", "stale"],
  });
});

test("a key that was revoked opens nothing after the two seconds for which it is believed", async () => {
  const caller = await register();
  const keyId = key.split("_")[1] ?? "";
  await withEngine(api.lab.engine.engine, async (tx, now) => {
    await tx
      .updateTable("scheduler.worker_keys")
      .set({ revoked_at: now })
      .where("key_id", "=", keyId)
      .execute();
  });
  const sinceMs = performance.now();
  await until(async () => (await call("beat", { ...caller, jobs: [] })).status === 401);
  expect(liveKeyMs).toBeLessThanOrEqual(2_000);
  expect(performance.now() - sinceMs).toBeLessThan(5_000);
});

test("a queue without its functions or away is told apart: register again, or try again", async () => {
  const caller = await register();
  await api.lab.queue.queue.close(api.lab.queue.queue.epoch ?? "");
  expect((await call("claim", claimOf(caller))).body.code).toBe("wrong_epoch");
  api.lab.queue.valkey.disconnect();
  const response = await fetch(`${server.url}/api/v1/worker/beat`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ ...caller, jobs: [] }),
  });
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
});
