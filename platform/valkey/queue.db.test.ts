import { queueLimits } from "../../model/queue/limits.ts";
import { WrongEpochError } from "./errors.ts";
import { aJob, openTestQueue } from "./testing/test-queue.ts";

const readAll = { consumer: "test", count: 100, blockMs: 0 };

test("an enqueued job is claimed with its payload, settles once and is forgotten when acknowledged", async () => {
  await using t = await openTestQueue();
  expect(await t.queue.enqueue([aJob("a", { payload: '{"x":"ü"}' })])).toEqual(["queued"]);
  const { word, jobs } = await t.worker("w1").claim(5);
  expect(word).toBe("ok");
  expect(jobs).toEqual([
    {
      job: "a",
      attempt: 1,
      lease: expect.any(Number),
      kind: "scan",
      class: "scheduled",
      run: "run_1",
      payload: '{"x":"ü"}',
      key: "",
    },
  ]);
  expect(await t.worker("w1").settle(jobs, { status: "succeeded", result: { findings: 3 } })).toEqual([
    "accepted",
  ]);
  const entries = await t.queue.readResults(readAll);
  expect(entries).toEqual([
    expect.objectContaining({
      job: "a",
      attempt: 1,
      worker: "w1",
      tenant: "acme",
      run: "run_1",
      kind: "scan",
      class: "scheduled",
      reason: "settled",
      stop: null,
      stale: false,
      outcome: { status: "succeeded", result: { findings: 3 } },
      leasedMs: expect.any(Number),
      waitedMs: expect.any(Number),
    }),
  ]);
  expect(await t.queue.known([{ job: "a", attempt: 1 }])).toEqual(["settled"]);
  await t.queue.acknowledge(entries);
  expect(await t.queue.known([{ job: "a", attempt: 1 }])).toEqual(["absent"]);
  expect((await t.queue.stats()).resultsPending).toBe(0);
});

test("enqueue is idempotent by (job, attempt) while the job waits, is leased, and until its result is acknowledged", async () => {
  await using t = await openTestQueue();
  const again = async () => await t.queue.enqueue([aJob("a")]);
  await again();
  expect(await again()).toEqual(["known"]);
  const { jobs } = await t.worker("w1").claim(1);
  expect(await again()).toEqual(["known"]);
  await t.worker("w1").settle(jobs);
  expect(await again()).toEqual(["known"]);
  await t.queue.acknowledge(await t.queue.readResults(readAll));
  expect(await again()).toEqual(["queued"]);
});

test("a higher attempt replaces a lower one, also within one call; a lower one is refused", async () => {
  await using t = await openTestQueue();
  expect(
    await t.queue.enqueue([aJob("a", { attempt: 2 }), aJob("a", { attempt: 3 }), aJob("a", { attempt: 1 })]),
  ).toEqual(["queued", "queued", "stale"]);
  const held = await t.worker("w1").claim(5);
  expect(held.jobs.map((job) => job.attempt)).toEqual([3]);
  await t.queue.enqueue([aJob("a", { attempt: 4 })]);
  expect((await t.worker("w1").beat(held.jobs)).jobs).toEqual(["lost"]);
  expect(await t.worker("w1").settle(held.jobs)).toEqual(["stale"]);
  expect((await t.worker("w2").claim(5)).jobs.map((job) => job.attempt)).toEqual([4]);
});

test("a message above the limit or with a wrong field is refused alone", async () => {
  await using t = await openTestQueue();
  const large = aJob("large", { payload: "x".repeat(queueLimits.messageBytes) });
  const wrong = aJob("wrong", { tenant: "a b" });
  expect(await t.queue.enqueue([large, wrong, aJob("good")])).toEqual(["too_large", "invalid", "queued"]);
});

test("a tenant's jobs of one class and kind leave in the order of enqueue", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue(["3", "1", "2"].map((id) => aJob(id)));
  expect((await t.worker("w1").claim(1)).jobs.map(({ job }) => job)).toEqual(["3"]);
  expect((await t.worker("w1").claim(5)).jobs.map(({ job }) => job)).toEqual(["1", "2"]);
});

test("a worker of several kinds is given them in turn, one by one or at once", async () => {
  for (const size of [1, 6]) {
    await using t = await openTestQueue();
    await t.queue.enqueue(["s1", "s2", "s3", "s4"].map((id) => aJob(id)));
    await t.queue.enqueue(["g1", "g2", "g3"].map((id) => aJob(id, { kind: "graph" })));
    const given: string[] = [];
    while (given.length < 6) {
      const { jobs } = await t.worker("w1").claim(size, ["graph", "scan"]);
      given.push(...jobs.map(({ job }) => job));
    }
    expect(given).toEqual(["g1", "s1", "g2", "s2", "g3", "s3"]);
  }
});

test("a worker is given only kinds that it named", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a", { kind: "graph" })]);
  expect((await t.worker("w1").claim(5, ["scan"])).jobs).toEqual([]);
  expect((await t.worker("w1").claim(5, ["scan", "graph"])).jobs).toHaveLength(1);
});

test("of 20 claims with work in all classes, 13, 4, 2 and 1 go to the classes, one by one or at once", async () => {
  for (const size of [1, 20, 7]) {
    await using t = await openTestQueue();
    const classes = ["interactive", "event", "scheduled", "backfill"] as const;
    await t.queue.enqueue(
      classes.flatMap((c) => Array.from({ length: 150 }, (_, i) => aJob(`${c}${i}`, { class: c }))),
    );
    const counts: Record<string, number> = {};
    for (let left = 140; left > 0; left -= size) {
      for (const job of (await t.worker("w1").claim(size)).jobs)
        counts[job.class] = (counts[job.class] ?? 0) + 1;
    }
    expect(counts).toEqual({ interactive: 91, event: 28, scheduled: 14, backfill: 7 });
  }
});

test("a class that has nothing waiting leaves its share to the highest that has", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue(Array.from({ length: 40 }, (_, i) => aJob(`b${i}`, { class: "backfill" })));
  expect((await t.worker("w1").claim(40)).jobs).toHaveLength(40);
});

test("an expired lease becomes one crash outcome, nothing is re-queued, a late settle is stale", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a")]);
  const { jobs } = await t.worker("w1").claim(1);
  await t.endLease("a");
  expect(await t.queue.tick()).toMatchObject({ expired: 1 });
  expect(await t.queue.tick()).toMatchObject({ expired: 0 });
  expect((await t.worker("w2").claim(1)).jobs).toEqual([]);
  expect((await t.worker("w1").beat(jobs)).jobs).toEqual(["lost"]);
  expect(await t.worker("w1").settle(jobs)).toEqual(["stale"]);
  const [crash, late] = await t.queue.readResults(readAll);
  expect(crash).toMatchObject({
    reason: "lease_expired",
    stale: false,
    outcome: { error: { class: "crash" } },
  });
  expect(late).toMatchObject({
    stale: true,
    tenant: "acme",
    outcome: { status: "succeeded" },
    leasedMs: null,
  });
});

test("acknowledging a stale entry keeps the record of a result that is still unread", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a")]);
  const first = (await t.worker("w1").claim(1)).jobs;
  await t.worker("w1").release(first);
  const second = (await t.worker("w2").claim(1)).jobs;
  await t.worker("w1").settle(first);
  await t.worker("w2").settle(second);
  const [stale] = await t.queue.readResults({ ...readAll, count: 1 });
  await t.queue.acknowledge(stale ? [stale] : []);
  expect(stale?.stale).toBe(true);
  expect(await t.queue.enqueue([aJob("a")])).toEqual(["known"]);
});

test("a settle repeated by the same lease is a no-op, a large stale one loses its body, one above the limit is refused", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a"), aJob("b")]);
  const w1 = t.worker("w1");
  const { jobs } = await w1.claim(2);
  expect(await w1.settle(jobs.slice(1), "x".repeat(queueLimits.outcomeBytes + 1))).toEqual(["too_large"]);
  expect(await w1.settle(jobs.slice(0, 1))).toEqual(["accepted"]);
  expect(await w1.settle(jobs.slice(0, 1))).toEqual(["known"]);
  const strange = jobs.slice(0, 1).map((job) => ({ ...job, lease: 999_999 }));
  expect(await w1.settle(strange, "x".repeat(queueLimits.staleOutcomeBytes + 1))).toEqual(["stale"]);
  const entries = await t.queue.readResults(readAll);
  expect(entries.map(({ stale, outcome }) => [stale, outcome?.status ?? null])).toEqual([
    [false, "succeeded"],
    [true, null],
  ]);
});

test("an outcome that cannot be read arrives as a permanent failure that says so", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a")]);
  const { jobs } = await t.worker("w1").claim(1);
  await t.worker("w1").settle(jobs, "{");
  const [entry] = await t.queue.readResults(readAll);
  expect(entry?.outcome).toMatchObject({
    status: "failed",
    error: { class: "permanent", code: "OUTCOME_UNREADABLE" },
  });
});

test("a released job goes back to the front of its lane with the same attempt", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a"), aJob("b")]);
  const { jobs } = await t.worker("w1").claim(1);
  expect(await t.worker("w1").release(jobs)).toEqual(["released"]);
  expect(await t.worker("w1").release(jobs)).toEqual(["lost"]);
  expect((await t.worker("w2").claim(2)).jobs.map(({ job, attempt }) => [job, attempt])).toEqual([
    ["a", 1],
    ["b", 1],
  ]);
});

test("a delayed job cannot be claimed before it is due and is promoted by tick", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a", { delayMs: 500 }), aJob("b", { delayMs: 60_000 })]);
  expect((await t.worker("w1").claim(1)).jobs).toEqual([]);
  const idle = await t.queue.tick();
  expect(idle.nextDueMs).toBeGreaterThan(0);
  expect(idle.nextDueMs).toBeLessThanOrEqual(500);
  await t.endDelay("a");
  expect(await t.queue.tick()).toMatchObject({ promoted: 1 });
  expect((await t.worker("w1").claim(2)).jobs.map(({ job }) => job)).toEqual(["a"]);
});

test("cancelling a run removes what waits, flags what is leased and refuses every later enqueue and claim", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([
    aJob("a"),
    aJob("b"),
    aJob("c", { delayMs: 5_000 }),
    aJob("other", { run: "run_2" }),
  ]);
  const { jobs } = await t.worker("w1").claim(1);
  expect(await t.queue.cancelRun("run_1")).toEqual({
    removed: [
      { job: "b", attempt: 1 },
      { job: "c", attempt: 1 },
    ],
    flagged: [{ job: "a", attempt: 1 }],
  });
  expect(await t.queue.enqueue([aJob("d")])).toEqual(["cancelled"]);
  expect((await t.worker("w2").claim(9)).jobs.map(({ job }) => job)).toEqual(["other"]);
  expect((await t.worker("w1").beat(jobs)).jobs).toEqual(["cancel"]);
  await t.worker("w1").settle(jobs, { status: "cancelled" });
  expect(await t.queue.readResults(readAll)).toEqual([
    expect.objectContaining({ job: "a", stop: "cancel", stale: false }),
  ]);
});

test("a run of more jobs than one page is cancelled whole, and claims between the pages get none of it", async () => {
  await using t = await openTestQueue();
  const ids = Array.from({ length: 2_300 }, (_, i) => `j${i}`);
  await t.queue.enqueue(ids.map((id) => aJob(id)));
  await t.valkey.fcall("je_cancel", 1, t.queue.keyPrefix, t.queue.epoch ?? "", "run", "run_1", "");
  expect((await t.worker("w1").claim(500)).jobs).toEqual([]);
  const { removed, flagged } = await t.queue.cancelRun("run_1");
  expect([removed.length, flagged.length]).toEqual([1_300, 0]);
  expect((await t.queue.list(null, 10)).items).toEqual([]);
});

test("a released job of a cancelled run settles as cancelled", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a")]);
  const { jobs } = await t.worker("w1").claim(1);
  expect(await t.queue.cancelJobs(["a"])).toMatchObject({ flagged: [{ job: "a" }] });
  await t.worker("w1").release(jobs);
  expect(await t.queue.readResults(readAll)).toMatchObject([
    { job: "a", stop: "cancel", outcome: { status: "cancelled" } },
  ]);
});

test("past its wall clock a job is told to stop; a lease time later it is lost", async () => {
  await using t = await openTestQueue({ leaseMs: 100, beatMs: 25 });
  await t.queue.enqueue([aJob("a", { wallClockMs: 1 })]);
  const { jobs } = await t.worker("w1").claim(1);
  const verdicts = new Set<string | undefined>();
  while (!verdicts.has("lost")) {
    const [verdict] = (await t.worker("w1").beat(jobs)).jobs;
    if (verdict !== "continue") verdicts.add(verdict);
  }
  expect([...verdicts]).toEqual(["cancel", "lost"]);
});

test("progress of a beat is shown with the run's open jobs", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a"), aJob("b"), aJob("c", { run: "run_10" })]);
  const { jobs } = await t.worker("w1").claim(1);
  await t.worker("w1").beat(jobs, JSON.stringify({ done: 3, total: 9 }));
  const page = await t.queue.listRun("run_1", null, 10);
  expect(page.items).toEqual([
    expect.objectContaining({ job: "a", state: "leased", worker: "w1", progress: { done: 3, total: 9 } }),
    expect.objectContaining({ job: "b", state: "ready", worker: null, progress: null }),
  ]);
});

test("enqueue wakes as many idle workers as there are jobs, and none of another kind", async () => {
  await using t = await openTestQueue();
  const [w1, w2, w3, other] = ["w1", "w2", "w3", "other"].map((name) => t.worker(name)) as [W, W, W, W];
  for (const worker of [w1, w2, w3]) await worker.claim(1);
  await other.claim(1, ["graph"]);
  await t.queue.enqueue([aJob("a"), aJob("b")]);
  const woken = await Promise.all(
    [w1, w2, w3, other].map(async (worker) => await t.valkey.llen(worker.wakeKey)),
  );
  expect(woken).toEqual([1, 1, 0, 0]);
});

test("a wake that went to a dead worker is repaired by tick", async () => {
  await using t = await openTestQueue();
  await t.worker("dead").claim(1);
  await t.worker("live").claim(1);
  await t.queue.enqueue([aJob("a")]);
  expect(await t.valkey.llen(t.worker("live").wakeKey)).toBe(0);
  expect(await t.queue.tick()).toMatchObject({ woken: 1 });
  expect(await t.valkey.llen(t.worker("live").wakeKey)).toBe(1);
});

test("a worker that left or was silent for a lease is not woken", async () => {
  await using t = await openTestQueue({ leaseMs: 100, beatMs: 25 });
  await t.worker("gone").claim(1);
  await t.worker("gone").leave();
  await t.worker("silent").claim(1);
  await t.valkey.zadd(`${t.queue.keyPrefix}workers`, "XX", 1, "silent");
  await t.worker("live").claim(1);
  await t.queue.enqueue([aJob("a")]);
  const woken = ["gone", "silent", "live"].map(async (name) => await t.valkey.llen(t.worker(name).wakeKey));
  expect(await Promise.all(woken)).toEqual([0, 0, 1]);
});

test("claims are refused while too many results wait, and go on when they are ingested", async () => {
  await using t = await openTestQueue({ highWater: 2 });
  await t.queue.enqueue(["a", "b", "c"].map((id) => aJob(id)));
  const w1 = t.worker("w1");
  await w1.settle((await w1.claim(2)).jobs);
  expect(await w1.claim(1)).toEqual({ word: "busy", retryAfterMs: 1_000, jobs: [] });
  await t.queue.acknowledge(await t.queue.readResults(readAll));
  expect((await w1.claim(1)).jobs).toHaveLength(1);
});

test("a draining worker is told so by beat and claim and gets nothing", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a")]);
  await t.queue.setDraining(["w1"], true);
  expect((await t.worker("w1").beat([])).word).toBe("drain");
  expect(await t.worker("w1").claim(1)).toMatchObject({ word: "drain", jobs: [] });
  await t.queue.setDraining(["w1"], false);
  expect((await t.worker("w1").claim(1)).jobs).toHaveLength(1);
});

test("stats count lanes, delayed, leased, workers and results", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a"), aJob("b"), aJob("c", { class: "event" }), aJob("d", { delayMs: 9_000 })]);
  await t.worker("w1").claim(1);
  await t.worker("w2").claim(1, ["graph"]);
  expect(await t.queue.stats()).toEqual({
    ready: 2,
    delayed: 1,
    leased: 1,
    idleWorkers: 1,
    workersAlive: 2,
    resultsPending: 0,
    oldestWaitMs: expect.any(Number),
    lanes: [{ class: "scheduled", kind: "scan", depth: 2, oldestWaitMs: expect.any(Number) }],
    throughput: null,
  });
});

test("throughput counts what was claimed and ended since a tick of the last minute", async () => {
  await using t = await openTestQueue();
  const w1 = t.worker("w1");
  await t.queue.enqueue([aJob("a"), aJob("b"), aJob("c")]);
  const before = await w1.claim(1);
  await t.queue.tick();
  // As if that had been ten seconds ago.
  const samples = `${t.queue.keyPrefix}samples`;
  const [at = "", ...counts] = String(await t.valkey.lindex(samples, 0)).split(" ");
  await t.valkey.lset(samples, 0, [Number(at) - 10_000, ...counts].join(" "));
  const { jobs } = await w1.claim(2);
  await w1.settle([...before.jobs, ...jobs]);
  const { throughput } = await t.queue.stats();
  expect(throughput?.claimedPerSecond).toBeCloseTo(0.2, 1);
  expect(throughput?.endedPerSecond).toBeCloseTo(0.3, 1);
  for (let tick = 0; tick < 20; tick++) {
    await t.queue.tick();
    await t.valkey.lset(samples, 0, "1 0 0");
  }
  expect(await t.valkey.llen(samples)).toBe(7);
});

test("list pages through everything held, drop removes ghosts of exactly that attempt", async () => {
  await using t = await openTestQueue();
  const ids = Array.from({ length: 1_200 }, (_, i) => `j${i}`);
  await t.queue.enqueue(ids.map((id) => aJob(id)));
  const seen = new Set<string>();
  let cursor: string | null = null;
  do {
    const page = await t.queue.list(cursor, 100);
    for (const { job } of page.items) seen.add(job);
    cursor = page.cursor;
  } while (cursor !== null);
  expect(seen).toEqual(new Set(ids));
  expect(await t.queue.drop([{ job: "j1", attempt: 2 }])).toBe(0);
  expect(await t.queue.drop([{ job: "j1", attempt: 1 }])).toBe(1);
  expect(
    await t.queue.known([
      { job: "j1", attempt: 1 },
      { job: "j2", attempt: 2 },
      { job: "j2", attempt: 1 },
    ]),
  ).toEqual(["absent", "older", "ready"]);
});

test("every function refuses another epoch", async () => {
  await using t = await openTestQueue();
  t.queue.setEpoch("ep_other");
  const calls = [
    async () => await t.queue.enqueue([aJob("a")]),
    async () => await t.queue.tick(),
    async () => await t.queue.stats(),
    async () => await t.queue.cancelRun("r"),
    async () => await t.queue.acknowledge([{ streamId: "1-1", job: "a", attempt: 1, stale: false }]),
    async () => await t.queue.known([{ job: "a", attempt: 1 }]),
    async () => await t.queue.list(null, 1),
    async () => await t.queue.listRun("r", null, 1),
    async () => await t.queue.drop([{ job: "a", attempt: 1 }]),
    async () => await t.queue.setDraining(["w"], true),
  ];
  for (const call of calls) await expect(call()).rejects.toThrow(WrongEpochError);
  const w1 = t.worker("w1");
  for (const call of [w1.claim(1), w1.beat([]), w1.settle([]), w1.release([]), w1.leave()]) {
    await expect(call).rejects.toThrow(/^WRONG_EPOCH/);
  }
});

test("a rebuild closes, drains under the closed epoch and opens empty in a new one", async () => {
  await using t = await openTestQueue();
  const before = t.queue.epoch ?? "";
  await t.queue.enqueue([aJob("a"), aJob("b"), aJob("c", { delayMs: 1_000 })]);
  const { jobs } = await t.worker("w1").claim(2);
  await t.worker("w1").settle(jobs.slice(0, 1));
  expect(await t.queue.close(before)).toBe(before);
  await expect(t.worker("w1").settle(jobs.slice(1))).rejects.toThrow(/^WRONG_EPOCH/);
  const drained = await t.queue.readResults(readAll);
  expect(drained).toHaveLength(1);
  await t.queue.acknowledge(drained);
  await t.queue.open("ep_second");
  expect((await t.queue.list(null, 10)).items).toEqual([]);
  expect(await t.queue.stats()).toMatchObject({ ready: 0, delayed: 0, leased: 0, resultsPending: 0 });
  expect(await t.queue.enqueue([aJob("b", { attempt: 2 })])).toEqual(["queued"]);
  await expect(t.queue.open("ep_third")).rejects.toThrow(/ALREADY_OPEN/);
  await expect(t.queue.close("ep_third")).rejects.toThrow(WrongEpochError);
  expect(await t.queue.close("ep_third", { force: true })).toBe("ep_second");
});

test("entries of a consumer that died are taken over by another", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a")]);
  await t.worker("w1").settle((await t.worker("w1").claim(1)).jobs);
  const [entry] = await t.queue.readResults({ ...readAll, consumer: "dead" });
  expect(await t.queue.readResults(readAll)).toEqual([]);
  expect(await t.queue.reclaimResults({ consumer: "test", count: 10, minIdleMs: 0 })).toEqual([entry]);
});

test("what a dead reader had is taken over, however much others have in hand before it", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue(Array.from({ length: 30 }, (_, n) => aJob(`j${n}`)));
  await t.worker("w1").settle((await t.worker("w1").claim(30)).jobs);
  const entries = await t.queue.readResults({ ...readAll, count: 30 });
  const last = entries.at(-1)!;
  const stream = `${t.queue.keyPrefix}results`;
  await t.valkey.xclaim(stream, "scheduler", "dead", 0, last.streamId, "IDLE", 60_000);
  // The server looks at ten entries a call; the first twenty-nine are not idle.
  expect(await t.queue.reclaimResults({ consumer: "test", count: 1, minIdleMs: 30_000 })).toEqual([last]);
});

test("a blocked reader gets a result the moment it is settled", async () => {
  await using t = await openTestQueue();
  await t.queue.enqueue([aJob("a")]);
  const { jobs } = await t.worker("w1").claim(1);
  const waiting = t.queue.readResults({ ...readAll, blockMs: 5_000 });
  await t.worker("w1").settle(jobs);
  expect(await waiting).toHaveLength(1);
});

type W = ReturnType<Awaited<ReturnType<typeof openTestQueue>>["worker"]>;
