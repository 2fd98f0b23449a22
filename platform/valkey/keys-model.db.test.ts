import * as fc from "fast-check";
import { createKeysModel, type KeysModel } from "./testing/keys-model.ts";
import { type KeyedQueue, openKeyedQueue } from "./testing/keyed-queue.ts";
import { type OwnServer, startOwnServer } from "./testing/own-server.ts";
import type { RawJob, RawWorker } from "./testing/raw-worker.ts";
import { aJob } from "./testing/test-queue.ts";

let server: OwnServer;
beforeAll(async () => {
  server = await startOwnServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const tenant = fc.constantFrom("t0", "t1", "t2");
const key = fc.constantFrom("k0", "k1", "k2");
const pick = fc.nat(20);

/** Random work of three tenants with and without keys, and limits of all sorts that come and go. */
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("enqueue" as const),
      tenant,
      key: fc.oneof(fc.constant(""), key),
      class: fc.constantFrom("event" as const, "scheduled" as const),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("claim" as const), free: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "settle",
        "settle",
        "release",
        "expire",
        "rate_limited",
        "cancel",
        "cancel_run",
        "bump",
      ),
      pick,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("limit" as const),
      key,
      maxLeased: fc.option(fc.integer({ min: 1, max: 3 })),
      perSecond: fc.option(fc.constantFrom(0.5, 2, 10)),
      burst: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("cap" as const),
      tenant,
      cap: fc.option(fc.integer({ min: 1, max: 3 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pause" as const), tenant, isPaused: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("elapse" as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "settled" as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface World {
  readonly t: KeyedQueue;
  readonly worker: RawWorker;
  readonly model: KeysModel;
  readonly leases: Map<string, RawJob>;
}

const retryAfterSeconds = 2;

async function claim({ worker, model, leases }: World, free: number): Promise<string[]> {
  const { jobs } = await worker.claim(free);
  for (const given of jobs) leases.set(given.job, given);
  const wrong = jobs.flatMap(({ job }) => model.give(job));
  if (jobs.length === free) return wrong;
  // What has no key has nothing to wait for, whatever stands before it.
  const left = model.idle().filter((job) => job.key === "");
  return [...wrong, ...left.map(({ job }) => `${job} was held back by others`)];
}

/** Once ticks had time to look, everything that may go goes. */
async function claimAll(world: World): Promise<string[]> {
  await world.t.elapse(1_000);
  const wrong = await claim(world, 1_000);
  return [...wrong, ...world.model.idle().map(({ job }) => `${job} was held back for no reason`)];
}

async function endLease(
  world: World,
  how: "settle" | "release" | "expire" | "rate_limited",
  job: string,
): Promise<void> {
  const { t, worker, model, leases } = world;
  const lease = leases.get(job)!;
  leases.delete(job);
  model.end(job, how === "release" ? "ready" : "gone");
  if (how === "release") await worker.release([lease]);
  if (how === "settle") await worker.settle([lease]);
  if (how === "rate_limited") {
    const error = { class: "rate_limited", message: "slow down", retryAfterSeconds };
    await worker.settle([lease], { status: "failed", error });
    if (lease.key !== "") model.close(lease.key, retryAfterSeconds * 1_000);
  }
  if (how === "expire") {
    await t.endLease(job);
    await t.queue.tick();
  }
}

/** Cancels a waiting job: by itself, or by its run, of which a claim may meet the job before the call is repeated. */
async function cancel({ t, model }: World, how: "cancel" | "cancel_run", job: string): Promise<void> {
  model.jobs.get(job)!.state = "gone";
  if (how === "cancel") await t.queue.cancelJobs([job]);
  else await t.valkey.set(`${t.queue.keyPrefix}tomb:run_${job}`, "1");
}

async function enqueue(world: World, at: number, of: Extract<Step, { do: "enqueue" }>): Promise<void> {
  const messages = Array.from({ length: of.count }, (_, place) => {
    const job = `j${at}-${place}`;
    world.model.jobs.set(job, { job, tenant: of.tenant, key: of.key, state: "ready" });
    const concurrencyKey = of.key === "" ? {} : { concurrencyKey: of.key };
    return aJob(job, { tenant: of.tenant, class: of.class, run: `run_${job}`, ...concurrencyKey });
  });
  await world.t.queue.enqueue(messages);
}

/** Takes a step in both worlds; answers what was wrong. */
async function take(world: World, current: Step, at: number): Promise<string[]> {
  const { t, model, leases } = world;
  switch (current.do) {
    case "enqueue":
      await enqueue(world, at, current);
      return [];
    case "claim":
      return await claim(world, current.free);
    case "settled":
      return await claimAll(world);
    case "limit":
      model.limit(current.key, current);
      await t.limitKey(current);
      return [];
    case "reopen":
      model.closedUntilMs.delete(current.key);
      await t.reopenKey(current.key);
      return [];
    case "cap":
      model.caps.set(current.tenant, current.cap);
      await t.limitTenant(current.tenant, current.cap);
      return [];
    case "pause":
      if (current.isPaused) model.paused.add(current.tenant);
      else model.paused.delete(current.tenant);
      await t.pauseTenant(current.tenant, current.isPaused);
      return [];
    case "elapse":
      await t.elapse(current.ms);
      return [];
    case "cancel":
    case "cancel_run":
    case "bump": {
      const waiting = [...model.jobs.values()].filter(({ state }) => state === "ready")[current.pick];
      if (waiting === undefined) return [];
      if (current.do === "bump") await t.queue.bump("interactive", [waiting.job]);
      else await cancel(world, current.do, waiting.job);
      return [];
    }
    default: {
      const job = [...leases.keys()][current.pick];
      if (job !== undefined) await endLease(world, current.do, job);
      return [];
    }
  }
}

/** Lifts every limit and works off what is left: each job must come. */
async function drain(world: World): Promise<string[]> {
  const { t, model, leases } = world;
  for (const name of ["k0", "k1", "k2"]) {
    model.limit(name, { maxLeased: null, perSecond: null, burst: 1 });
    model.closedUntilMs.delete(name);
    await t.limitKey({ key: name });
    await t.reopenKey(name);
  }
  for (const name of ["t0", "t1", "t2"]) {
    model.caps.set(name, null);
    model.paused.delete(name);
    await t.limitTenant(name, null);
    await t.pauseTenant(name, false);
  }
  const wrong = await claimAll(world);
  for (const job of leases.keys()) await endLease(world, "settle", job);
  await t.elapse(1_000);
  return [
    ...wrong,
    ...[...model.jobs.values()].flatMap(({ job, state }) => (state === "gone" ? [] : [`${job} was lost`])),
  ];
}

test("in whatever order: no limit of a key is exceeded, no key holds up what is behind it, no slot stays unused, no job is lost", async () => {
  const steps = fc.array(step, { minLength: 5, maxLength: 120, size: "max" });
  const holds = fc.asyncProperty(steps, async (list) => {
    await using t = await openKeyedQueue(server.url);
    const model = createKeysModel(() => t.nowMs);
    const world: World = { t, worker: t.worker("w1"), model, leases: new Map() };
    for (const [at, current] of list.entries()) {
      expect(await take(world, current, at)).toEqual([]);
      expect((await t.queue.stats()).leased).toBe(model.count("leased"));
    }
    expect(await drain(world)).toEqual([]);
    // Nothing of a key outlives its jobs.
    const left = await t.valkey.keys(`${t.queue.keyPrefix}*`);
    const ofKeys = /:(keys|key:.*|lanes:.*|open:.*|keyed:.*|stalled:.*|reviews)$/;
    expect(left.filter((name) => ofKeys.test(name))).toEqual([]);
  });
  await fc.assert(holds, { numRuns: Number(process.env["KEYS_RUNS"] ?? 60) });
}, 120_000);
