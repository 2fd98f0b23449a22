import * as fc from "fast-check";
import type { KeyLimit, TenantLimit } from "./job-queue.ts";
import { type OwnServer, startOwnServer } from "./testing/own-server.ts";
import { createQueueScheduler } from "./testing/simulated-queue.ts";
import { simulate, type SimulatedJob, type SimulatedWork, workerTimes } from "./testing/simulation.ts";
import { aJob, openTestQueue } from "./testing/test-queue.ts";
import { useVirtualClock } from "./testing/virtual-clock.ts";

const hourMs = 3_600_000;

let server: OwnServer;
beforeAll(async () => {
  server = await startOwnServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Plays the jobs on the real functions in simulated time. */
async function play(
  jobs: readonly SimulatedJob[],
  fleet: {
    workers: number;
    slots?: number;
    untilMs: number;
    limits?: readonly TenantLimit[];
    key?: KeyLimit;
  },
): Promise<SimulatedWork[]> {
  const { workers, slots = 1, untilMs, limits = [], key } = fleet;
  // Leases longer than the simulation: nobody ticks, nobody beats.
  await using t = await openTestQueue({ leaseMs: 1_000 * hourMs, beatMs: hourMs }, server.url);
  await t.queue.limitTenants(limits);
  if (key !== undefined) await t.queue.limitKeys([key]);
  const scheduler = await createQueueScheduler(t);
  return await simulate({ scheduler, jobs, workers, slots, untilMs });
}

/** Jobs of one tenant that all wait from the start. */
function backlog(tenant: string, durationsMs: readonly number[], arrivesMs = 0): SimulatedJob[] {
  return durationsMs.map((durationMs, at) => ({ id: `${tenant}-${at}`, tenant, arrivesMs, durationMs }));
}

const same = (count: number, durationMs: number) => Array.from({ length: count }, () => durationMs);
const weightOf = (weight: number, tenant: string): TenantLimit => ({ tenant, weight, maxLeased: null });

test("a tenant with long jobs gets no more worker-time than fifty with short ones each", async () => {
  const others = Array.from({ length: 50 }, (_, at) => `t${at}`);
  const jobs = [
    ...backlog("long", same(500, 10_000)),
    ...others.flatMap((tenant) => backlog(tenant, same(500, 100))),
  ];
  const times = workerTimes(await play(jobs, { workers: 4, untilMs: 120_000 }));
  const each = (4 * 120_000) / 51;
  // One job of the long kind on each worker may be under way when the end comes.
  expect(times.get("long")).toBeLessThan(each + 4 * 10_000);
  for (const tenant of others) expect(times.get(tenant)).toBeGreaterThan(each - (4 * 10_000) / 50 - 1_000);
});

test("tenants that share a limited key share its worker-time", async () => {
  const others = Array.from({ length: 5 }, (_, at) => `t${at}`);
  const jobs = [
    ...backlog("long", same(100, 10_000)),
    ...others.flatMap((tenant) => backlog(tenant, same(500, 500))),
  ].map((job) => ({ ...job, key: "hub" }));
  const key = { key: "hub", maxLeased: 2, perSecond: null, burst: 1 };
  const times = workerTimes(await play(jobs, { workers: 6, untilMs: 300_000, key }));
  const each = (2 * 300_000) / 6;
  expect(times.get("long")).toBeLessThan(each + 3 * 10_000);
  for (const tenant of others) expect(times.get(tenant)).toBeGreaterThan(each - (3 * 10_000) / 5 - 1_000);
});

test("shares of worker-time follow the weights", async () => {
  const jobs = [...backlog("light", same(3_000, 50)), ...backlog("heavy", same(3_000, 50))];
  const limits = [weightOf(1, "light"), weightOf(10, "heavy")];
  const times = workerTimes(await play(jobs, { workers: 2, untilMs: 60_000, limits }));
  expect(times.get("heavy")! / times.get("light")!).toBeCloseTo(10, 0);
});

/** A queue whose clock stands still until it is set, with one worker. */
async function openStill() {
  const t = await openTestQueue({ leaseMs: 1_000 * hourMs, beatMs: hourMs }, server.url);
  const clock = await useVirtualClock(t.valkey);
  const charged = async (tenant: string) => {
    const rows = await t.queue.tenants("scheduled", "scan", 100);
    return rows.find((row) => row.tenant === tenant)?.aheadMs;
  };
  return { t, clock, worker: t.worker("w1"), charged };
}

test("a tenant is charged an estimate when a job is given, and the worker-time that it took when it ends", async () => {
  const { t, clock, worker, charged } = await openStill();
  await using _ = t;
  await t.queue.enqueue(["1", "2", "3"].map((id) => aJob(id)));
  const first = await worker.claim(1);
  expect(await charged("acme")).toBe(1_000);
  await clock.set(40);
  await worker.settle(first.jobs);
  expect(await charged("acme")).toBe(40);
  // From now on the estimate is experience.
  const second = await worker.claim(1);
  expect(await charged("acme")).toBe(80 - 40);
  await clock.set(240);
  await worker.settle(second.jobs);
  expect(await charged("acme")).toBe(200);
});

test("a worker's time is split over the jobs that it holds at once, and a lost lease is charged like a settled one", async () => {
  const { t, clock, worker, charged } = await openStill();
  await using _ = t;
  await t.queue.enqueue(["1", "2", "3", "4", "5"].map((id) => aJob(id)));
  const { jobs } = await worker.claim(4);
  await clock.set(1_000);
  await worker.settle(jobs.slice(0, 2));
  await clock.set(2_000);
  await worker.release(jobs.slice(2, 3));
  await clock.set(3_000);
  await t.endLease("4");
  await t.queue.tick();
  // Four jobs for a second, two for a second, one for a second: three seconds of the worker, no more.
  expect(await charged("acme")).toBe(3_000);
});

test("who comes back after a pause starts at the present: idling saves nothing up", async () => {
  const jobs = [
    ...backlog("idler", same(10, 100)),
    ...backlog("steady", same(3_000, 100)),
    ...backlog("idler", same(2_000, 100), 100_000).map((job) => ({ ...job, id: `late-${job.id}` })),
  ];
  const work = await play(jobs, { workers: 1, untilMs: 120_000 });
  const after = workerTimes(work.filter((one) => one.startedMs >= 100_000));
  expect(after.get("steady")).toBeGreaterThan(9_000);
  expect(after.get("idler")).toBeGreaterThan(9_000);
});

test("sending long jobs one at a time is of no use: what was taken is remembered", async () => {
  const oneByOne = Array.from({ length: 60 }, (_, at) => backlog(`hog`, [1_000], at * 1_000)).flat();
  const jobs = [
    ...oneByOne.map((job, at) => ({ ...job, id: `hog-${at}` })),
    ...backlog("steady", same(1_000, 100)),
  ];
  const times = workerTimes(await play(jobs, { workers: 1, untilMs: 60_000 }));
  expect(times.get("steady")).toBeGreaterThan(28_000);
});

test("with any durations and weights, tenants that always wait get worker-time by weight, within a few of their longest jobs", async () => {
  const tenant = fc.record({
    weight: fc.integer({ min: 1, max: 8 }),
    longestMs: fc.integer({ min: 20, max: 2_000 }),
  });
  const world = fc.record({
    tenants: fc.array(tenant, { minLength: 2, maxLength: 4 }),
    workers: fc.integer({ min: 1, max: 3 }),
    seed: fc.integer(),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ tenants, workers, seed }) => {
      const untilMs = 20_000;
      const random = generator(seed);
      const names = tenants.map((_, at) => `t${at}`);
      const jobs = tenants.flatMap(({ longestMs }, at) => {
        const durations: number[] = [];
        // More than the whole fleet could do: the tenant never runs out of work.
        for (let sum = 0; sum < untilMs * workers + longestMs;) {
          const durationMs = Math.max(1, Math.round(random() * longestMs));
          durations.push(durationMs);
          sum += durationMs;
        }
        return backlog(names[at]!, durations);
      });
      const limits = tenants.map(({ weight }, at) => weightOf(weight, names[at]!));
      const times = workerTimes(await play(jobs, { workers, untilMs, limits }));
      const longest = Math.max(...tenants.map(({ longestMs, weight }) => longestMs / weight));
      const shares = tenants.map(({ weight }, at) => (times.get(names[at]!) ?? 0) / weight);
      // Each worker may be one job ahead of what was charged, and the first estimate is 1,000 ms.
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual((workers + 1) * longest + 1_000);
    }),
    { numRuns: 12 },
  );
}, 120_000);

/** A small generator (mulberry32), so that a failing case can be played again. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
