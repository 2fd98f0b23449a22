import {
  DependencyDown,
  incomplete,
  InvalidInput,
  JobStopped,
  Permanent,
  RetryAfter,
  WorkerRefused,
} from "../src/index.ts";
import { sha256Base64, startTestEngine, until } from "./test-engine.ts";

/** A handler that ends when the test says so; can be used again after that. */
function held() {
  let gate = Promise.withResolvers<void>();
  return {
    wait: async () => {
      gate = Promise.withResolvers<void>();
      await gate.promise;
    },
    finish: () => gate.resolve(),
  };
}

/** A handler that never ends by itself; resolves when told to stop and keeps the reason. */
function stuck() {
  const seen = { started: 0, reasons: [] as unknown[] };
  const handler = async (_job: unknown, { signal }: { signal: AbortSignal }) => {
    seen.started += 1;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    seen.reasons.push(signal.reason instanceof JobStopped ? signal.reason.reason : signal.reason);
    throw signal.reason;
  };
  return { seen, handler };
}

test("a worker registers with what it is, does its jobs and settles what the handler returned", async () => {
  await using engine = await startTestEngine();
  await engine.enqueue([{ job: "a", payload: '{"n":20}' }]);
  engine.work(
    { scan: async (job) => ({ doubled: (job.payload as { n: number }).n * 2 }) },
    { build: "b1", concurrency: 3 },
  );
  const [result] = await engine.results(1);
  expect(result).toMatchObject({
    job: "a",
    attempt: "1",
    stale: "0",
    outcome: { status: "succeeded", result: { doubled: 40 } },
  });
  expect(engine.http.registrations).toEqual([
    {
      protocolVersions: [1],
      kinds: ["scan"],
      sdk: { language: "typescript", version: expect.any(String) },
      build: "b1",
      host: expect.any(String),
      concurrency: 3,
    },
  ]);
});

test.each([
  ["nothing", () => {}, { status: "succeeded" }],
  [
    "incomplete",
    () => incomplete("no_sbom", { seen: 1 }),
    { status: "incomplete", reason: "no_sbom", result: { seen: 1 } },
  ],
  [
    "RetryAfter",
    () => Promise.reject(new RetryAfter(7)),
    { error: { class: "rate_limited", retryAfterSeconds: 7 } },
  ],
  [
    "Permanent",
    () => Promise.reject(new Permanent("no", { code: "X" })),
    { error: { class: "permanent", message: "no", code: "X" } },
  ],
  [
    "DependencyDown",
    () => Promise.reject(new DependencyDown("away")),
    { error: { class: "dependency_down" } },
  ],
  ["InvalidInput", () => Promise.reject(new InvalidInput("bad")), { error: { class: "input_invalid" } }],
  [
    "any other error",
    () => Promise.reject(new RangeError("odd")),
    { error: { class: "transient", code: "RangeError" } },
  ],
  [
    "a result that is no JSON",
    () => ({ big: 1n }),
    { error: { class: "permanent", code: "RESULT_NOT_JSON" } },
  ],
])("%s from a handler becomes its outcome", async (_what, handler, outcome) => {
  await using engine = await startTestEngine();
  await engine.enqueue([{ job: "a" }]);
  engine.work({ scan: handler });
  const [result] = await engine.results(1);
  expect(result?.outcome).toMatchObject(outcome);
});

test("a payload that is not JSON ends as input_invalid without the handler", async () => {
  await using engine = await startTestEngine();
  await engine.enqueue([{ job: "a", payload: "{" }]);
  engine.work({ scan: () => "never" });
  expect((await engine.results(1))[0]?.outcome).toMatchObject({
    error: { class: "input_invalid", code: "PAYLOAD_NOT_JSON" },
  });
});

test("never more jobs at once than the concurrency, and each job once", async () => {
  await using engine = await startTestEngine();
  await engine.enqueue(Array.from({ length: 300 }, (_, i) => ({ job: `j${i}` })));
  let [running, most] = [0, 0];
  const handler = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
  };
  engine.work({ scan: handler }, { concurrency: 7 });
  const results = await engine.results(300);
  expect(most).toBe(7);
  expect(new Set(results.map(({ job }) => job)).size).toBe(300);
  expect(results.every(({ stale }) => stale === "0")).toBe(true);
});

test("an idle worker is woken within milliseconds and sends next to nothing while it waits", async () => {
  await using engine = await startTestEngine();
  const startedAt = new Map<string, number>();
  engine.work({ scan: (job) => void startedAt.set(job.id, performance.now()) });
  const waits: number[] = [];
  for (let i = 0; i < 21; i++) {
    await engine.untilIdle();
    const sentAt = performance.now();
    await engine.enqueue([{ job: `j${i}` }]);
    await until(() => startedAt.has(`j${i}`));
    waits.push((startedAt.get(`j${i}`) ?? 0) - sentAt);
  }
  const p50 = waits.sort((a, b) => a - b)[10];
  // Milliseconds where it was measured; here only that nobody waited for a poll, of which there are 20 s.
  expect(p50).toBeLessThan(2_000);
  await engine.untilIdle();
  const before = await commandsOf(engine);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect((await commandsOf(engine)) - before).toBeLessThanOrEqual(2);
});

async function commandsOf(engine: Awaited<ReturnType<typeof startTestEngine>>): Promise<number> {
  const clients = String(await engine.valkey.client("LIST")).split("\n");
  const own = clients.filter((line) => line.includes(`user=${engine.userName} `));
  return own.reduce((sum, line) => sum + Number(/tot-cmds=(\d+)/.exec(line)?.[1]), 0);
}

test("a cancelled job is told to stop with the next beat and ends as cancelled", async () => {
  await using engine = await startTestEngine({ leaseMs: 1_000, beatMs: 50 });
  await engine.enqueue([{ job: "a" }]);
  const { seen, handler } = stuck();
  engine.work({ scan: handler });
  await until(() => seen.started === 1);
  await engine.call("je_cancel", "run", "run_1", "");
  expect((await engine.results(1))[0]?.outcome).toMatchObject({ status: "cancelled" });
  expect(seen.reasons).toEqual(["cancel"]);
});

test("heartbeats keep a lease far beyond its length and carry the progress", async () => {
  await using engine = await startTestEngine({ leaseMs: 200, beatMs: 40 });
  await engine.enqueue([{ job: "a" }]);
  const { wait, finish } = held();
  engine.work({
    scan: async (_job, { progress }) => {
      progress({ done: 1, total: 4, message: "x".repeat(9_999) });
      await wait();
    },
  });
  await until(async () => (await engine.valkey.hget(`${engine.keyPrefix}progress`, "a")) !== null);
  expect(JSON.parse((await engine.valkey.hget(`${engine.keyPrefix}progress`, "a")) ?? "")).toMatchObject({
    done: 1,
    total: 4,
  });
  const end = Date.now() + 600;
  while (Date.now() < end) await engine.call("je_tick");
  finish();
  expect((await engine.results(1))[0]).toMatchObject({ reason: "settled", stale: "0" });
});

test("stop() lets the handlers finish within the grace, then run() resolves and the worker is gone", async () => {
  await using engine = await startTestEngine();
  await engine.enqueue([{ job: "a" }]);
  const { wait, finish } = held();
  const { worker, ended } = engine.work({ scan: wait });
  await until(async () => (await engine.valkey.zcard(`${engine.keyPrefix}leases`)) === 1);
  worker.stop();
  await engine.enqueue([{ job: "b" }]);
  finish();
  await ended;
  expect((await engine.results(1)).map(({ job }) => job)).toEqual(["a"]);
  expect(await engine.valkey.zcount(`${engine.keyPrefix}workers`, 0, "+inf")).toBe(0);
  expect(await engine.call("je_known", "b", 1)).toEqual(["ready"]);
});

test("what still runs after the grace is given back with its attempt", async () => {
  await using engine = await startTestEngine();
  await engine.enqueue([{ job: "a" }]);
  const { seen, handler } = stuck();
  const { worker, ended } = engine.work({ scan: handler }, { drainGraceMs: 10 });
  await until(() => seen.started === 1);
  worker.stop();
  await ended;
  expect(seen.reasons).toEqual(["shutdown"]);
  expect(await engine.call("je_known", "a", 1)).toEqual(["ready"]);
  expect(await engine.valkey.xlen(`${engine.keyPrefix}results`)).toBe(0);
});

test("a worker that the engine asks to drain leaves by itself", async () => {
  await using engine = await startTestEngine({ leaseMs: 1_000, beatMs: 50 });
  const { ended } = engine.work({ scan: () => {} });
  await engine.untilIdle();
  const [worker] = await engine.valkey.zrange(`${engine.keyPrefix}workers`, "0", "0");
  await engine.call("je_drain", "1", worker ?? "");
  await expect(ended).resolves.toBeUndefined();
});

test("after a rebuild the job in hand is lost, the worker registers again and goes on in the new epoch", async () => {
  await using engine = await startTestEngine({ leaseMs: 1_000, beatMs: 50 });
  await engine.enqueue([{ job: "a" }]);
  const { seen, handler } = stuck();
  engine.work({ scan: async (job, context) => (job.attempt === 1 ? await handler(job, context) : "second") });
  await until(() => seen.started === 1);
  await engine.call("je_close", 1);
  await engine.open();
  await engine.enqueue([{ job: "a", attempt: 2 }]);
  expect((await engine.results(1))[0]).toMatchObject({ attempt: "2", outcome: { result: "second" } });
  expect(seen.reasons).toEqual(["lost"]);
  expect(engine.http.registrations).toHaveLength(2);
});

test("when the queue's keys vanish the worker waits for the rebuild", async () => {
  await using engine = await startTestEngine({ leaseMs: 1_000, beatMs: 50 });
  engine.work({ scan: () => "done" });
  await engine.untilIdle();
  await engine.valkey.unlink(...(await engine.valkey.keys(`${engine.keyPrefix}*`)));
  await until(() => engine.http.registrations.length >= 2);
  await engine.open();
  await engine.enqueue([{ job: "a" }]);
  expect((await engine.results(1))[0]?.outcome).toMatchObject({ result: "done" });
});

test("connections that break in the middle of a job cost nothing", async () => {
  await using engine = await startTestEngine({ leaseMs: 2_000, beatMs: 50 });
  await engine.enqueue([{ job: "a" }]);
  const { wait, finish } = held();
  engine.work({ scan: wait });
  await until(async () => (await engine.valkey.zcard(`${engine.keyPrefix}leases`)) === 1);
  expect(await engine.valkey.client("KILL", "USER", engine.userName)).toBe(2);
  finish();
  expect(await engine.results(1)).toMatchObject([{ job: "a", stale: "0", outcome: { status: "succeeded" } }]);
  await engine.enqueue([{ job: "b" }]);
  await until(async () => (await engine.valkey.zcard(`${engine.keyPrefix}leases`)) === 1);
  finish();
  await engine.results(2);
  expect(engine.http.registrations).toHaveLength(1);
});

test("a worker signs in as itself, whatever credentials its address carries", async () => {
  await using engine = await startTestEngine();
  engine.work({ scan: () => "done" });
  await engine.untilIdle();
  const clients = String(await engine.valkey.client("LIST")).split("\n");
  const own = clients.filter((line) => / name=wrk_\w+-(commands|sleeper) /.test(line));
  expect(own.filter((line) => line.includes(` user=${engine.userName} `))).toHaveLength(2);
});

test("a worker whose Valkey user vanished registers again", async () => {
  await using engine = await startTestEngine({ leaseMs: 1_000, beatMs: 50 });
  engine.work({ scan: () => "done" });
  await engine.untilIdle();
  await engine.valkey.call("ACL", "DELUSER", engine.userName);
  await until(() => engine.http.registrations.length >= 2);
  await engine.enqueue([{ job: "a" }]);
  expect((await engine.results(1))[0]?.outcome).toMatchObject({ result: "done" });
});

test("a result above 64 kB is stored as an artifact and sent by reference", async () => {
  await using engine = await startTestEngine();
  await engine.enqueue([{ job: "a" }]);
  const result = { text: "ü".repeat(60_000) };
  engine.work({ scan: () => result });
  const [settled] = await engine.results(1);
  const bytes = Buffer.from(JSON.stringify(result));
  const stored = engine.http.artifacts.get("/api/v1/worker/jobs/a/artifacts/result.json");
  expect(stored).toMatchObject({
    bytes,
    digest: `sha-256=:${sha256Base64(bytes)}:`,
    query: "?attempt=1&lease=1",
  });
  expect(settled?.outcome).toMatchObject({
    status: "succeeded",
    resultRef: {
      name: "result.json",
      bytes: bytes.length,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    },
  });
});

test("ctx.api posts with the key, rides out a 503 and turns other errors into a failure that names them", async () => {
  await using engine = await startTestEngine();
  engine.work({
    scan: async (job, { api }) => {
      if (job.id === "b") engine.http.answers.push({ status: 409 });
      else engine.http.answers.push({ status: 503 });
      return await api.post("/api/v1/worker/inputs", { job: job.id });
    },
  });
  await engine.untilIdle();
  await engine.enqueue([{ job: "a" }]);
  expect((await engine.results(1))[0]?.outcome).toMatchObject({ result: { path: "/api/v1/worker/inputs" } });
  await engine.enqueue([{ job: "b" }]);
  expect((await engine.results(2))[1]?.outcome).toMatchObject({
    error: { class: "transient", code: "API_409" },
  });
});

test("a worker with a refused key ends with WorkerRefused, one that meets a 503 tries again", async () => {
  await using engine = await startTestEngine();
  const key = `wk_${"0".repeat(16)}_${"0".repeat(64)}`;
  await expect(engine.work({ scan: () => {} }, { workerKey: key }).ended).rejects.toThrow(WorkerRefused);
  engine.http.answers.push({ status: 503 });
  engine.work({ scan: () => {} });
  await engine.untilIdle();
});
