import type { JobMessage } from "../../model/queue/job-message.ts";
import { type KeyedQueue, openKeyedQueue } from "./testing/keyed-queue.ts";
import { type OwnServer, startOwnServer } from "./testing/own-server.ts";
import { aJob } from "./testing/test-queue.ts";

let server: OwnServer;
beforeAll(async () => {
  server = await startOwnServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const keyed = (job: string, more: Partial<JobMessage> = {}) => aJob(job, { concurrencyKey: "hub", ...more });
const names = (jobs: readonly { job: string }[]) => jobs.map(({ job }) => job);
const many = (count: number, prefix: string, more: Partial<JobMessage> = {}) =>
  Array.from({ length: count }, (_, at) => keyed(`${prefix}${at}`, more));

/** A failed outcome that asks to be left alone for a while. */
const rateLimited = (retryAfterSeconds: unknown) => ({
  status: "failed",
  error: { class: "rate_limited", message: "429", retryAfterSeconds },
});

async function claimed(t: KeyedQueue, free: number, kinds?: string[]): Promise<string[]> {
  return names((await t.worker("w1").claim(free, kinds)).jobs);
}

test("a claim tells the key of a job", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.queue.enqueue([keyed("a"), aJob("b")]);
  const { jobs } = await t.worker("w1").claim(5);
  expect(jobs.map(({ job, key }) => [job, key])).toEqual([
    ["a", "hub"],
    ["b", ""],
  ]);
});

test("jobs of a tenant leave in the order in which they came, whatever their keys", async () => {
  await using t = await openKeyedQueue(server.url);
  const jobs = Array.from({ length: 60 }, (_, at) =>
    aJob(`j${at}`, at % 3 === 0 ? {} : { concurrencyKey: `k${(at * 7) % 23}` }),
  );
  await t.queue.enqueue(jobs);
  expect(await claimed(t, 25)).toEqual(jobs.slice(0, 25).map(({ job }) => job));
  expect(await claimed(t, 35)).toEqual(jobs.slice(25).map(({ job }) => job));
});

test("workers hold no more jobs of a key than its limit, and the jobs behind are not kept waiting", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 2 });
  await t.queue.enqueue([...many(5, "a"), ...many(5, "b", { tenant: "other" }), aJob("free"), aJob("last")]);
  const worker = t.worker("w1");
  const { jobs } = await worker.claim(10);
  expect(names(jobs).toSorted()).toEqual(["a0", "b0", "free", "last"].toSorted());
  expect(await claimed(t, 10)).toEqual([]);
  await worker.settle(jobs.filter(({ job }) => job === "a0"));
  expect(await claimed(t, 10)).toHaveLength(1);
  await worker.release(jobs.filter(({ job }) => job === "b0"));
  expect(await claimed(t, 10)).toHaveLength(1);
  await t.limitKey({ key: "hub" });
  expect(await claimed(t, 20)).toHaveLength(7);
});

test("tenants that share a limited key get its slots in turn", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1 });
  await t.queue.enqueue([
    ...many(6, "a"),
    ...many(3, "b", { tenant: "b" }),
    ...many(3, "c", { tenant: "c" }),
  ]);
  const order: string[] = [];
  for (let at = 0; at < 9; at++) {
    const { jobs } = await t.worker("w1").claim(4);
    order.push(...names(jobs));
    await t.elapse(1_000);
    await t.worker("w1").settle(jobs);
  }
  const firstOf = (tenant: string, count: number) =>
    order.slice(0, count).filter((job) => job.startsWith(tenant)).length;
  expect(order).toHaveLength(9);
  for (const tenant of ["a", "b", "c"]) {
    expect(firstOf(tenant, 3)).toBe(1);
    expect(firstOf(tenant, 6)).toBe(2);
  }
});

test("classes that wait for a key get its slots by their floors", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1 });
  await t.queue.enqueue([
    ...many(60, "i", { class: "interactive" }),
    ...many(60, "b", { class: "backfill" }),
  ]);
  const order: string[] = [];
  for (let at = 0; at < 42; at++) {
    const { jobs } = await t.worker("w1").claim(1);
    order.push(...names(jobs));
    await t.worker("w1").settle(jobs);
  }
  expect(order).toHaveLength(42);
  const ofBackfill = order.filter((job) => job.startsWith("b")).length;
  expect(ofBackfill).toBeGreaterThanOrEqual(2);
  expect(ofBackfill).toBeLessThanOrEqual(4);
});

test("an idle worker is woken when a key has a slot again", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1 });
  await t.queue.enqueue(many(2, "a"));
  const { jobs } = await t.worker("w1").claim(1);
  const idle = t.worker("w2");
  await idle.claim(1);
  expect(await t.valkey.llen(idle.wakeKey)).toBe(0);
  await t.worker("w1").settle(jobs);
  expect(await t.valkey.llen(idle.wakeKey)).toBe(1);
  expect(names((await idle.claim(1)).jobs)).toEqual(["a1"]);
});

test("a key whose lease is lost has its slot back", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1 });
  await t.queue.enqueue(many(2, "a"));
  await claimed(t, 2);
  await t.endLease("a0");
  await t.queue.tick();
  expect(await claimed(t, 2)).toEqual(["a1"]);
});

test.each(["graph", "scan"])("a slot goes within a tick to whom workers are left for: %s", async (kind) => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1 });
  await t.queue.enqueue([keyed("first")]);
  const { jobs } = await t.worker("w1").claim(1);
  await t.queue.enqueue([keyed("graph", { kind: "graph" }), keyed("scan", { class: "backfill" })]);
  expect(await claimed(t, 9, ["graph", "scan"])).toEqual([]);
  await t.worker("w1").settle(jobs);
  await t.elapse(1_000);
  expect(await claimed(t, 1, [kind])).toEqual([kind]);
});

test.each(["a", "b"])("a slot is not lost with the lane that was to have it: %s", async (gone) => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1 });
  await t.queue.enqueue([keyed("first")]);
  const { jobs } = await t.worker("w1").claim(1);
  await t.queue.enqueue([keyed("a", { tenant: "a" }), keyed("b", { tenant: "b" })]);
  expect(await claimed(t, 9)).toEqual([]);
  await t.worker("w1").settle(jobs);
  await t.queue.cancelJobs([gone]);
  await t.elapse(1_000);
  expect(await claimed(t, 9)).toEqual([gone === "a" ? "b" : "a"]);
});

test("a cancelled job that a claim meets takes no slot of its key", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1, perSecond: 0.001, burst: 1 });
  await t.queue.enqueue([keyed("a", { run: "run_gone" }), keyed("b", { tenant: "b" })]);
  // As between two calls of a cancellation that takes several.
  await t.valkey.set(`${t.queue.keyPrefix}tomb:run_gone`, "1");
  expect(await claimed(t, 9)).toEqual(["b"]);
});

test("a rate lets a burst go and then its jobs a second, and idle workers are woken for each", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", perSecond: 2, burst: 3 });
  await t.queue.enqueue(many(9, "a"));
  expect(await claimed(t, 9)).toEqual(["a0", "a1", "a2"]);
  await t.elapse(499);
  expect(await t.valkey.llen(t.worker("w1").wakeKey)).toBe(0);
  expect(await claimed(t, 9)).toEqual([]);
  await t.elapse(1);
  expect(await t.valkey.llen(t.worker("w1").wakeKey)).toBe(1);
  expect(await claimed(t, 9)).toEqual(["a3"]);
  await t.elapse(10_000);
  expect(await claimed(t, 9)).toEqual(["a4", "a5", "a6"]);
});

test("a bucket that fills by the millisecond makes ticks no more frequent than every 10 ms", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", perSecond: 100_000, burst: 1 });
  await t.queue.enqueue(many(9, "a"));
  expect(await claimed(t, 9)).toEqual(["a0"]);
  expect(await t.queue.tick()).toMatchObject({ nextDueMs: 10 });
  await t.elapse(10);
  expect(await claimed(t, 9)).toEqual(["a1"]);
});

test("a released job gives its token back, a settled one does not", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", perSecond: 0.001, burst: 2 });
  await t.queue.enqueue(many(4, "a"));
  const { jobs } = await t.worker("w1").claim(4);
  expect(names(jobs)).toEqual(["a0", "a1"]);
  await t.worker("w1").settle(jobs.slice(0, 1));
  expect(await claimed(t, 4)).toEqual([]);
  await t.worker("w1").release(jobs.slice(1));
  expect(await claimed(t, 4)).toEqual(["a1"]);
});

test("a rate_limited outcome closes its key for as long as it asks, for everybody", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.queue.enqueue([
    ...many(2, "a"),
    keyed("b", { tenant: "other" }),
    aJob("c", { concurrencyKey: "quay" }),
  ]);
  const { jobs } = await t.worker("w1").claim(1);
  await t.worker("w1").settle(jobs, rateLimited(30));
  expect((await claimed(t, 9)).toSorted()).toEqual(["c"]);
  expect((await t.queue.keys(null, 9)).items).toMatchObject([
    { key: "hub", ready: 2, leased: 0, closedMs: 30_000, closedBy: jobs[0]!.job },
    { key: "quay", leased: 1, closedMs: null },
  ]);
  await t.elapse(29_999);
  expect(await claimed(t, 9)).toEqual([]);
  await t.elapse(1);
  expect(await t.valkey.llen(t.worker("w1").wakeKey)).toBe(1);
  expect(await claimed(t, 9)).toHaveLength(2);
});

test("an operator opens a closed key before its time", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.queue.enqueue(many(2, "a"));
  await t.worker("w1").settle((await t.worker("w1").claim(1)).jobs, rateLimited(1e9));
  expect((await t.queue.keys(null, 1)).items[0]!.closedMs).toBe(86_400_000);
  expect(await claimed(t, 1)).toEqual([]);
  await t.reopenKey("hub");
  expect(await t.valkey.llen(t.worker("w1").wakeKey)).toBe(1);
  expect(await claimed(t, 1)).toEqual(["a1"]);
});

test.each([
  ["a succeeded one that speaks of it", { status: "succeeded", result: "rate_limited" }],
  ["no retry-after", rateLimited(undefined)],
  ["a retry-after of nothing", rateLimited(0)],
  ["a retry-after in the past", rateLimited(-5)],
  ["a retry-after of another type", rateLimited("30")],
  ["an error that is none", { status: "failed", error: "rate_limited" }],
  [
    "another class",
    { status: "failed", error: { class: "transient", message: "rate_limited", retryAfterSeconds: 5 } },
  ],
  ["a null document", "null "],
  ["a text that is not JSON", '{"rate_limited'],
  ["a deep one", `${"[".repeat(5_000)}"rate_limited"`],
])("an outcome closes no key: %s", async (_what, outcome) => {
  await using t = await openKeyedQueue(server.url);
  await t.queue.enqueue(many(2, "a"));
  const { jobs } = await t.worker("w1").claim(1);
  expect(await t.worker("w1").settle(jobs, outcome)).toEqual(["accepted"]);
  expect(await claimed(t, 1)).toEqual(["a1"]);
});

test("a stale outcome closes no key", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.queue.enqueue(many(2, "a"));
  const { jobs } = await t.worker("w1").claim(1);
  await t.worker("w1").release(jobs);
  expect(await t.worker("w1").settle(jobs, rateLimited(30))).toEqual(["stale"]);
  expect(await claimed(t, 1)).toEqual(["a0"]);
});

test("limits, closures and what buckets hold outlive an epoch, leases do not", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1, perSecond: 0.001, burst: 2 });
  await t.queue.enqueue([...many(3, "a"), aJob("q", { concurrencyKey: "quay" })]);
  const { jobs } = await t.worker("w1").claim(9);
  await t.worker("w1").settle(
    jobs.filter(({ job }) => job === "q"),
    rateLimited(60),
  );
  await t.valkey.fcall("je_close", 1, t.queue.keyPrefix, t.queue.epoch!);
  await t.valkey.fcall("je_open", 1, t.queue.keyPrefix, "ep_next");
  t.queue.setEpoch("ep_next");
  expect((await t.queue.keys(null, 9)).items).toMatchObject([
    { key: "hub", ready: 0, leased: 0, maxLeased: 1, perSecond: 0.001, burst: 2, tokens: 1 },
    { key: "quay", closedMs: 60_000 },
  ]);
  await t.queue.enqueue(many(3, "a"));
  const worker = t.worker("w1");
  const again = await worker.claim(9);
  expect(names(again.jobs)).toEqual(["a0"]);
  await worker.settle(again.jobs);
  expect(await claimed(t, 9)).toEqual([]);
});

test("tells of a waiting job what its key allows", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1, perSecond: 0.1, burst: 1 });
  await t.queue.enqueue(many(2, "a"));
  const { jobs } = await t.worker("w1").claim(1);
  expect(await t.queue.why("a1")).toMatchObject({
    key: "hub",
    keyLeased: 1,
    keyMaxLeased: 1,
    keyTokenInMs: 10_000,
    keyClosedMs: null,
    keyClosedBy: null,
  });
  await t.worker("w1").settle(jobs, rateLimited(5));
  expect(await t.queue.why("a1")).toMatchObject({ keyLeased: 0, keyClosedMs: 5_000, keyClosedBy: "a0" });
});

test("bumps what waits to another class, where it goes before the younger, and leaves alone what does not", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.queue.enqueue([keyed("leased")]);
  await claimed(t, 1);
  await t.queue.enqueue([
    ...many(3, "a", { class: "backfill" }),
    keyed("late", { class: "backfill", delayMs: 1_000 }),
    keyed("young", { class: "interactive" }),
  ]);
  const verdicts = await t.queue.bump("interactive", ["a2", "a0", "young", "late", "leased", "nowhere"]);
  expect(verdicts).toEqual(["bumped", "bumped", "same", "bumped", "leased", "absent"]);
  expect(await t.queue.bump("interactive", ["a0"])).toEqual(["same"]);
  expect(await claimed(t, 3)).toEqual(["a0", "a2", "young"]);
  await t.elapse(1_000);
  expect(await claimed(t, 3)).toEqual(["late", "a1"]);
});

test("a bumped job of a stalled lane waits for its key like any other", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.limitKey({ key: "hub", maxLeased: 1 });
  await t.queue.enqueue(many(3, "a"));
  const { jobs } = await t.worker("w1").claim(3);
  expect(await t.queue.bump("interactive", ["a2"])).toEqual(["bumped"]);
  expect(await claimed(t, 3)).toEqual([]);
  await t.worker("w1").settle(jobs);
  expect(await claimed(t, 3)).toEqual(["a2"]);
});

test("pages through keys by name", async () => {
  await using t = await openKeyedQueue(server.url);
  await t.queue.enqueue(["c", "a", "b"].map((key) => aJob(key, { concurrencyKey: key })));
  const first = await t.queue.keys(null, 2);
  expect(first.items.map(({ key }) => key)).toEqual(["a", "b"]);
  const rest = await t.queue.keys(first.cursor, 2);
  expect(rest).toMatchObject({ items: [{ key: "c" }], cursor: null });
});
