import * as fc from "fast-check";
import type { RawJob, RawWorker } from "./testing/raw-worker.ts";
import { aJob, openTestQueue, type TestQueue } from "./testing/test-queue.ts";

/** Random work of three tenants, with caps and pauses that come and go. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("enqueue" as const),
      tenant: fc.nat(2),
      class: fc.constantFrom("event" as const, "scheduled" as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("claim" as const), free: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("settle", "release", "expire", "cancel"), pick: fc.nat(20) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("cap" as const),
      tenant: fc.nat(2),
      cap: fc.option(fc.integer({ min: 1, max: 3 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("pause" as const), tenant: fc.nat(2), isPaused: fc.boolean() }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The queue and what must be true of it. */
interface World {
  readonly t: TestQueue;
  readonly worker: RawWorker;
  readonly tenantOf: Map<string, string>;
  readonly ready: Set<string>;
  readonly leased: Set<RawJob>;
  readonly caps: Map<string, number | null>;
  readonly paused: Set<string>;
}

/** A tenant may be given a job unless it is paused or at its cap. */
function mayGet({ leased, tenantOf, paused, caps }: World, job: string): boolean {
  const tenant = tenantOf.get(job) ?? "";
  const held = [...leased].filter((lease) => tenantOf.get(lease.job) === tenant).length;
  return !paused.has(tenant) && held < (caps.get(tenant) ?? Number.POSITIVE_INFINITY);
}

/** Claims, and tells what was wrong with the answer. */
async function claim(world: World, free: number): Promise<string[]> {
  const { jobs } = await world.worker.claim(free);
  const wrong: string[] = [];
  for (const given of jobs) {
    if (!mayGet(world, given.job)) wrong.push(`${given.job} is of a tenant that is paused or at its cap`);
    if (!world.ready.delete(given.job)) wrong.push(`${given.job} was not ready`);
    world.leased.add(given);
  }
  if (jobs.length === free) return wrong;
  const left = [...world.ready].filter((job) => mayGet(world, job));
  return [...wrong, ...left.map((job) => `${job} was held back for no reason`)];
}

async function end(world: World, how: "settle" | "release" | "expire", pick: number): Promise<void> {
  const held = [...world.leased][pick];
  if (held === undefined) return;
  world.leased.delete(held);
  if (how === "settle") await world.worker.settle([held]);
  if (how === "expire") {
    await world.t.endLease(held.job);
    await world.t.queue.tick();
  }
  if (how === "release") {
    await world.worker.release([held]);
    world.ready.add(held.job);
  }
}

/** Takes a step in both worlds; answers what was wrong. */
async function take(world: World, current: Step, at: number): Promise<string[]> {
  const { t, tenantOf, ready, caps, paused } = world;
  switch (current.do) {
    case "enqueue": {
      await t.queue.enqueue([aJob(`j${at}`, { tenant: `t${current.tenant}`, class: current.class })]);
      tenantOf.set(`j${at}`, `t${current.tenant}`);
      ready.add(`j${at}`);
      return [];
    }
    case "claim":
      return await claim(world, current.free);
    case "cap": {
      const tenant = `t${current.tenant}`;
      caps.set(tenant, current.cap);
      await t.queue.limitTenants([{ tenant, weight: 1, maxLeased: current.cap }]);
      return [];
    }
    case "pause": {
      const tenant = `t${current.tenant}`;
      if (current.isPaused) paused.add(tenant);
      else paused.delete(tenant);
      await t.queue.setPauses([{ what: `tenant:${tenant}`, reason: current.isPaused ? "test" : null }]);
      return [];
    }
    case "cancel": {
      const job = [...ready][current.pick];
      if (job !== undefined) await t.queue.cancelJobs([job]);
      ready.delete(job ?? "");
      return [];
    }
    default:
      await end(world, current.do, current.pick);
      return [];
  }
}

test("in whatever order: no cap is exceeded, nothing paused is given, nothing is held back without a reason", async () => {
  const steps = fc.array(step, { minLength: 5, maxLength: 100, size: "max" });
  const holds = fc.asyncProperty(steps, async (list) => {
    await using t = await openTestQueue({ leaseMs: 600_000, beatMs: 60_000 });
    const world: World = {
      t,
      worker: t.worker("w1"),
      tenantOf: new Map(),
      ready: new Set(),
      leased: new Set(),
      caps: new Map(),
      paused: new Set(),
    };
    for (const [at, current] of list.entries()) {
      expect(await take(world, current, at)).toEqual([]);
      expect(await t.queue.stats()).toMatchObject({ ready: world.ready.size, leased: world.leased.size });
    }
  });
  await fc.assert(holds, { numRuns: 80 });
}, 60_000);
