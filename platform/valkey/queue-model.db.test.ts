import * as fc from "fast-check";
import { createQueueModel, type ModelLease, type QueueModel } from "./testing/queue-model.ts";
import { aJob, openTestQueue, type TestQueue } from "./testing/test-queue.ts";

const jobIds = ["j0", "j1", "j2", "j3", "j4", "j5", "j6", "j7"];
const runOf = (job: string) => `run_${Number(job.slice(1)) % 4}`;
const job = fc.constantFrom(...jobIds);
/** Points into the list of all leases ever given, newest first: mostly good ones, some long gone. */
const leaseIndex = fc.nat(5);

/** Weighted so that most leases are given, and half of them used more than once or too late. */
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("enqueue" as const),
      job,
      attempt: fc.integer({ min: 1, max: 9 }),
      isDelayed: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("claim" as const),
      worker: fc.constantFrom("w1", "w2"),
      free: fc.nat(3),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({ do: fc.constantFrom("beat", "settle", "release", "release"), index: leaseIndex }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("expire", "promote"), job }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("cancel" as const), what: fc.constantFrom("run", "job"), job }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "tick" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "ingest" as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface World {
  readonly t: TestQueue;
  readonly model: QueueModel;
  /** Every lease ever given, newest first. */
  readonly leases: ModelLease[];
  /** What ingest has read: (job, attempt) → entries that count. */
  readonly ingested: Map<string, number>;
}

/** What the real queue answered, and what the model says it should have. */
type Answers = readonly [actual: unknown, expected: unknown];
const nothing: Answers = [null, null];

const names = (attempts: readonly { job: string }[]) => attempts.map((attempt) => attempt.job).toSorted();

async function enqueue(
  { t, model, ingested }: World,
  name: string,
  attempt: number,
  isDelayed: boolean,
): Promise<Answers> {
  // The engine raises the attempt for every further try: it never sends one that it has ingested.
  if (ingested.has(`${name}/${attempt}`)) return nothing;
  const message = aJob(name, { attempt, run: runOf(name), delayMs: isDelayed ? 600_000 : 0 });
  const expected = model.enqueue(name, attempt, runOf(name), isDelayed);
  return [await t.queue.enqueue([message]), [expected]];
}

async function claim({ t, model, leases }: World, worker: string, free: number): Promise<Answers> {
  const { jobs } = await t.worker(worker).claim(free);
  const expected = model.claimable(free).map((name) => [name, model.jobs.get(name)?.attempt, false]);
  for (const given of jobs) {
    model.leased(given);
    leases.unshift(given);
  }
  const isCancelled = (name: string) => model.isCancelled(name) || model.isCancelled(runOf(name));
  return [jobs.map((given) => [given.job, given.attempt, isCancelled(given.job)]), expected];
}

/** Beat, settle or release by any lease that was ever given. */
async function useLease(
  { t, model }: World,
  how: "beat" | "settle" | "release",
  lease: ModelLease,
): Promise<Answers> {
  const worker = t.worker("w1");
  if (how === "beat") return [(await worker.beat([lease])).jobs, [model.beat(lease)]];
  if (how === "settle") return [await worker.settle([lease]), [model.settle(lease)]];
  return [await worker.release([lease]), [model.release(lease)]];
}

async function cancel({ t, model }: World, what: "run" | "job", id: string): Promise<Answers> {
  const answer = await (what === "run" ? t.queue.cancelRun(id) : t.queue.cancelJobs([id]));
  const expected = model.cancel(id);
  return [
    [names(answer.removed), names(answer.flagged)],
    [expected.removed.toSorted(), expected.flagged.toSorted()],
  ];
}

async function ingest({ t, model, ingested }: World): Promise<Answers> {
  const entries = await t.queue.readResults({ consumer: "test", count: 1_000, blockMs: 0 });
  for (const { job: name, attempt, stale } of entries) {
    if (stale) continue;
    const key = `${name}/${attempt}`;
    ingested.set(key, (ingested.get(key) ?? 0) + 1);
    model.acknowledge(name, attempt);
  }
  await t.queue.acknowledge(entries);
  return nothing;
}

async function take(world: World, current: Step): Promise<Answers> {
  const { t, model, leases } = world;
  switch (current.do) {
    case "enqueue":
      return await enqueue(world, current.job, current.attempt, current.isDelayed);
    case "claim":
      return await claim(world, current.worker, current.free);
    case "beat":
    case "settle":
    case "release": {
      const lease = leases[current.index];
      return lease === undefined ? nothing : await useLease(world, current.do, lease);
    }
    case "cancel":
      return await cancel(world, current.what, current.what === "run" ? runOf(current.job) : current.job);
    case "expire":
      await t.endLease(current.job);
      model.expire(current.job);
      break;
    case "promote":
      await t.endDelay(current.job);
      model.promote(current.job);
      break;
    case "ingest":
      return await ingest(world);
  }
  await t.queue.tick();
  return nothing;
}

async function heldByBoth({ t, model }: World): Promise<Answers> {
  const { items } = await t.queue.list(null, 1_000);
  const held = items.map(({ job: name, attempt, state }) => `${name} ${attempt} ${state}`);
  const expected = [...model.jobs].map(([name, { attempt, state }]) => `${name} ${attempt} ${state}`);
  return [held.toSorted(), expected.toSorted()];
}

test("in whatever order: one lease at a time, one outcome that counts for an attempt, nothing lost, no claim after a cancel", async () => {
  const holds = fc.asyncProperty(
    fc.array(step, { minLength: 1, maxLength: 150, size: "max" }),
    async (steps) => {
      await using t = await openTestQueue({ leaseMs: 600_000, beatMs: 60_000 });
      const world: World = { t, model: createQueueModel(), leases: [], ingested: new Map() };
      for (const current of steps) {
        const [actual, expected] = await take(world, current);
        expect(actual).toEqual(expected);
        const [held, shouldHold] = await heldByBoth(world);
        expect(held).toEqual(shouldHold);
      }
      await ingest(world);
      expect(world.ingested).toEqual(world.model.outcomes);
      expect(Math.max(0, ...world.ingested.values())).toBeLessThanOrEqual(1);
    },
  );
  await fc.assert(holds, { numRuns: 60 });
}, 60_000);
