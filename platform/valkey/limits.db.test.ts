import { aJob, openTestQueue, type TestQueue } from "./testing/test-queue.ts";

const readAll = { consumer: "test", count: 100, blockMs: 0 };
const idle = (t: TestQueue) => t.valkey.zcard(`${t.queue.keyPrefix}idle`);
const wakes = (t: TestQueue, worker: string) => t.valkey.llen(`${t.queue.keyPrefix}wake:${worker}`);

test("a tenant at its cap gets nothing, costs others nothing, and goes on when one of its jobs has ended", async () => {
  await using t = await openTestQueue();
  await t.queue.limitTenants([{ tenant: "acme", weight: 1, maxLeased: 2 }]);
  await t.queue.enqueue(["1", "2", "3", "4"].map((id) => aJob(id)));
  await t.queue.enqueue(["o1", "o2"].map((id) => aJob(id, { tenant: "other" })));
  const { jobs } = await t.worker("w1").claim(10);
  expect(jobs.map(({ job }) => job).toSorted()).toEqual(["1", "2", "o1", "o2"]);
  expect((await t.queue.stats()).ready).toBe(2);
  expect(await idle(t)).toBe(1);
  await t.worker("w2").settle(jobs.filter(({ job }) => job === "1"));
  expect(await wakes(t, "w1")).toBe(1);
  expect((await t.worker("w1").claim(10)).jobs.map(({ job }) => job)).toEqual(["3"]);
});

test("a cap that is raised or lifted frees its tenant at once", async () => {
  await using t = await openTestQueue();
  await t.queue.limitTenants([{ tenant: "acme", weight: 1, maxLeased: 1 }]);
  await t.queue.enqueue(["1", "2", "3"].map((id) => aJob(id)));
  expect((await t.worker("w1").claim(10)).jobs).toHaveLength(1);
  await t.queue.limitTenants([{ tenant: "acme", weight: 1, maxLeased: 2 }]);
  expect((await t.worker("w1").claim(10)).jobs).toHaveLength(1);
  await t.queue.limitTenants([{ tenant: "acme", weight: 1, maxLeased: null }]);
  expect((await t.worker("w1").claim(10)).jobs).toHaveLength(1);
});

test.each(["queue", "kind:scan", "tenant:acme"] as const)(
  "what is paused by %s is not given, what is leased goes on, and resuming wakes idle workers",
  async (what) => {
    await using t = await openTestQueue();
    await t.queue.enqueue(["1", "2"].map((id) => aJob(id)));
    const { jobs } = await t.worker("w1").claim(1);
    await t.queue.setPauses([{ what, reason: "the registry is down" }]);
    expect(await t.worker("w2").claim(5)).toEqual({ word: "ok", retryAfterMs: 0, jobs: [] });
    await t.queue.enqueue([aJob("3")]);
    expect((await t.worker("w2").claim(5)).jobs).toEqual([]);
    // Nobody is woken for work that may not be given.
    expect(await t.queue.tick()).toMatchObject({ woken: 0 });
    expect((await t.worker("w1").beat(jobs)).jobs).toEqual(["continue"]);
    expect(await t.worker("w1").settle(jobs)).toEqual(["accepted"]);
    await t.queue.setPauses([{ what, reason: null }]);
    expect(await wakes(t, "w2")).toBeGreaterThan(0);
    expect((await t.worker("w2").claim(5)).jobs).toHaveLength(2);
  },
);

test("a paused kind or tenant does not hold up others", async () => {
  await using t = await openTestQueue();
  await t.queue.setPauses([
    { what: "kind:graph", reason: "x" },
    { what: "tenant:acme", reason: "y" },
  ]);
  await t.queue.enqueue([
    aJob("1"),
    aJob("2", { tenant: "other" }),
    aJob("3", { kind: "graph", tenant: "other" }),
  ]);
  expect((await t.worker("w1").claim(5, ["scan", "graph"])).jobs.map(({ job }) => job)).toEqual(["2"]);
});

test("weights, caps and pauses outlive an epoch, counts do not", async () => {
  await using t = await openTestQueue();
  await t.queue.limitTenants([{ tenant: "acme", weight: 3, maxLeased: 1 }]);
  await t.queue.setPauses([{ what: "tenant:other", reason: "not paid" }]);
  await t.queue.enqueue([aJob("1"), aJob("2")]);
  expect((await t.worker("w1").claim(5)).jobs).toHaveLength(1);
  await t.queue.close(t.queue.epoch ?? "");
  await t.queue.open("ep_next");
  await t.queue.enqueue([
    aJob("1", { attempt: 2 }),
    aJob("2", { attempt: 2 }),
    aJob("o", { tenant: "other" }),
  ]);
  expect((await t.worker("w1").claim(5)).jobs.map(({ job }) => job)).toEqual(["1"]);
  expect(await t.queue.tenants("scheduled", "scan", 10)).toMatchObject([
    { tenant: "acme", weight: 3, maxLeased: 1, leased: 1, ready: 1, isBlocked: true },
    { tenant: "other", weight: 1, maxLeased: null, leased: 0, ready: 1, isBlocked: true },
  ]);
});

test("settings that make no sense are refused whole", async () => {
  await using t = await openTestQueue();
  const wrong = [
    t.queue.limitTenants([{ tenant: "acme", weight: 0, maxLeased: null }]),
    t.queue.limitTenants([{ tenant: "a b", weight: 1, maxLeased: null }]),
    t.queue.limitTenants([{ tenant: "acme", weight: 1, maxLeased: -1 }]),
    t.queue.setPauses([{ what: "tenant:a b", reason: "x" }]),
    t.queue.setPauses([{ what: "queue", reason: "x".repeat(513) }]),
  ];
  for (const call of wrong) await expect(call).rejects.toThrow("BAD_ARGUMENT");
});

test("why tells what stands before a job, and what holds it", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("1"), aJob("2"), aJob("3"), aJob("o", { tenant: "other" })]);
  expect(await t.queue.why("3")).toMatchObject({
    state: "ready",
    jobsBefore: 2,
    readyOfKind: 4,
    workersOfKind: 0,
  });
  const { jobs } = await t.worker("w1").claim(1);
  expect(await t.queue.why("3")).toMatchObject({
    jobsBefore: 1,
    tenantsBefore: 1,
    workersOfKind: 1,
    tenantLeased: 1,
  });
  expect(await t.queue.why("1")).toMatchObject({ state: "leased", worker: "w1" });
  await t.queue.setPauses([{ what: "tenant:acme", reason: "not paid" }]);
  expect(await t.queue.why("3")).toMatchObject({
    tenantsBefore: null,
    pausedTenant: "not paid",
    pausedQueue: null,
  });
  await t.queue.enqueue([aJob("4", { delayMs: 60_000 })]);
  expect((await t.queue.why("4"))?.readyInMs).toBeGreaterThan(50_000);
  await t.worker("w1").settle(jobs);
  await t.queue.acknowledge(await t.queue.readResults(readAll));
  expect(await t.queue.why("1")).toBeUndefined();
});
