import * as fc from "fast-check";
import type { RawJob, RawWorker } from "../../platform/valkey/testing/raw-worker.ts";
import { createRunLab, type RunLab, withQueue } from "../../test/support/run-lab.ts";
import type { PoolEngine } from "../context.ts";
import { ensureQueue } from "../queue/rebuild.ts";
import { reconcile } from "../queue/reconcile.ts";
import { lookAfterRuns } from "./look-after.ts";
import { ingestBatch } from "../results/ingest.ts";
import { cancelRun } from "./cancel.ts";
import { closeRun, failRun } from "./close.ts";
import { type Dispatch, dispatchRun, resendRun } from "./dispatch.ts";

/** What may happen to two runs, the processes that carry them, and the server of their queue. */
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("claim" as const), free: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      hand: fc.nat(3),
      how: fc.constantFrom("succeeded", "succeeded", "part", "transient", "permanent", "cancelled"),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("ingest" as const), isKilled: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("expire", "release"), hand: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("dispatch" as const), isKilled: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("reconcile", "resend", "lose") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), isKilled: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface World {
  readonly lab: RunLab;
  readonly worker: RawWorker;
  readonly hands: RawJob[];
  /** The first is left alone, the second may be cancelled or failed. */
  readonly runs: readonly [Dispatch, Dispatch];
  isCancelled: boolean;
}

const killed = () => Promise.reject(new Error("killed"));
const times = { leaseMs: 600_000, beatMs: 60_000 };

/** The engine of a process that dies at one call to the queue. */
function dyingAt(
  engine: PoolEngine,
  call: "acknowledge" | "enqueue" | "cancelRun",
  isKilled: boolean,
): PoolEngine {
  return isKilled ? withQueue(engine, { [call]: killed }) : engine;
}

async function unlessKilled(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Error) || error.message !== "killed") throw error;
  });
}

async function settle({ lab, worker, hands }: World, at: number, how: string): Promise<void> {
  const job = hands[at];
  if (job === undefined) return;
  // The inputs of an attempt that is open no more are refused: such a worker has nothing but a failure.
  const scanned = await lab.scan(job).catch(() => undefined);
  const result = scanned?.result as { images: unknown[] } | undefined;
  const error = { class: how === "permanent" ? "permanent" : "transient", message: how };
  if (how === "cancelled") await worker.settle([job], { status: "cancelled" });
  else if (result === undefined || how === "transient" || how === "permanent")
    await worker.settle([job], { status: "failed", error });
  else if (how === "part")
    await worker.settle([job], {
      status: "failed",
      error,
      result: { ...result, images: result.images.slice(1) },
    });
  else await worker.settle([job], { status: "succeeded", result });
}

/** Everything on the stream, also what a process had read and died with. */
async function ingest({ lab }: World, isKilled: boolean): Promise<void> {
  const { queue } = lab.engine;
  const read = { consumer: "lab", count: 100 };
  const entries = await queue.readResults({ ...read, blockMs: 0 });
  const left = entries.length > 0 ? entries : await queue.reclaimResults({ ...read, minIdleMs: 0 });
  await unlessKilled(ingestBatch(dyingAt(lab.engine, "acknowledge", isKilled), left));
}

async function reconcileLater({ lab }: World): Promise<void> {
  await lab.test.owner.query("update scheduler.jobs set queued_at = queued_at - interval '1 minute'");
  await reconcile(lab.engine);
  await lookAfterRuns(lab.engine);
}

async function loseQueue(world: World): Promise<void> {
  const { valkey, queue } = world.lab.queue;
  const before = new Map((await jobsOf(world)).map((job) => [job.job_id, job]));
  await valkey.unlink(...(await valkey.keys(`${queue.keyPrefix}*`)));
  await ensureQueue(world.lab.engine, times, async () => undefined);
  const open = (await jobsOf(world)).filter(({ state }) => state === "queued");
  const raised = open.map(({ job_id, attempt }) => attempt - before.get(job_id)!.attempt);
  expect(raised.filter((by) => by !== 1)).toEqual([]);
}

/** Invariant 5: no claim of a cancelled run succeeds. */
async function claim({ worker, hands, runs, isCancelled }: World, free: number): Promise<void> {
  const { jobs } = await worker.claim(free);
  expect(jobs.filter(({ run }) => isCancelled && run === runs[1].runId)).toEqual([]);
  hands.unshift(...jobs);
}

async function take(world: World, current: Step): Promise<void> {
  const { lab, worker, hands, runs } = world;
  switch (current.do) {
    case "claim":
      return claim(world, current.free);
    case "settle":
      return settle(world, current.hand, current.how);
    case "ingest":
      return ingest(world, current.isKilled);
    case "expire":
      if (hands[current.hand] !== undefined) await lab.queue.endLease(hands[current.hand]!.job);
      await lab.engine.queue.tick();
      return;
    case "release":
      if (hands[current.hand] !== undefined) await worker.release([hands[current.hand]!]);
      return;
    case "dispatch":
      for (const run of runs)
        await unlessKilled(dispatchRun(dyingAt(lab.engine, "enqueue", current.isKilled), run));
      return;
    case "reconcile":
      return reconcileLater(world);
    case "resend":
      for (const run of runs) await resendRun(lab.engine, run);
      return;
    case "lose":
      return loseQueue(world);
    case "cancel":
      await unlessKilled(cancelRun(dyingAt(lab.engine, "cancelRun", current.isKilled), runs[1], "ann"));
      world.isCancelled ||= !current.isKilled;
      return;
    case "fail":
      await failRun(lab.engine, runs[1], { code: "ERR_RUN_ENGINE", message: "a fault" });
      world.isCancelled = true;
      return;
  }
}

interface JobState {
  readonly job_id: string;
  readonly state: string;
  readonly attempt: number;
}

const jobsOf = async ({ lab, runs }: World): Promise<JobState[]> =>
  (
    await lab.test.owner.query(
      "select job_id, state, attempt from scheduler.jobs where run_id = any($1::text[])",
      [runs.map(({ runId }) => runId)],
    )
  ).rows;

/** Invariants 1 to 3: what was so before a step decides what may be so after it. */
async function checkRows(world: World, before: readonly JobState[]): Promise<JobState[]> {
  const { rows } = await world.lab.test.owner.query(`
    select r.images_planned - r.images_succeeded - r.images_failed - r.images_incomplete - r.images_cancelled
             - coalesce(sum(j.images) filter (where j.state in ('planned', 'queued')), 0)::int as images_astray,
           r.jobs_open - (count(*) filter (where j.state in ('planned', 'queued')))::int as open_astray,
           r.jobs_total - count(j.job_id)::int as jobs_astray,
           r.jobs_parked - (count(*) filter (where j.state = 'parked'))::int as parked_astray,
           r.jobs_parked - (select count(*)::int from scheduler.parked_jobs p where p.run_id = r.run_id) as unlisted,
           r.images_failed - (select coalesce(sum(p.images), 0)::int from scheduler.parked_jobs p
                               where p.run_id = r.run_id) as failed_otherwise
      from scheduler.runs r left join scheduler.jobs j using (tenant_id, run_id) group by r.tenant_id, r.run_id`);
  // No worker here reports an invalid input: whatever fails is parked.
  const balanced = {
    images_astray: 0,
    open_astray: 0,
    jobs_astray: 0,
    parked_astray: 0,
    unlisted: 0,
    failed_otherwise: 0,
  };
  for (const row of rows) expect(row).toEqual(balanced);
  const after = await jobsOf(world);
  const now = new Map(after.map((job) => [job.job_id, job]));
  for (const old of before) {
    const job = now.get(old.job_id)!;
    const isEnded = !["planned", "queued"].includes(old.state);
    expect(isEnded ? job : old).toEqual(old);
    expect([0, 1]).toContain(job.attempt - old.attempt);
  }
  return after;
}

/** What the loops of a healthy process do, until nothing is open. */
async function finish(world: World): Promise<void> {
  const { lab, runs } = world;
  const isOpen = async () =>
    (await Promise.all(runs.map((run) => lab.run(run)))).some((run) => run.jobs_open > 0);
  for (let round = 0; round < 12 && (await isOpen()); round++) {
    for (const job of world.hands.splice(0)) await lab.queue.endLease(job.job);
    await lab.engine.queue.tick();
    await reconcileLater(world);
    await ingest(world, false);
    await lab.workAll(world.worker);
    await ingest(world, false);
  }
  for (const run of runs) await closeRun(lab.engine, run);
}

let lab: RunLab;
beforeAll(async () => {
  lab = await createRunLab();
  // Small enough that some jobs are parked.
  const retryBudgets = { ...lab.engine.retryBudgets, tries: 2, crashes: 2 };
  lab = { ...lab, engine: { ...lab.engine, retryBudgets } };
  await ensureQueue(lab.engine, times, async () => undefined);
  // Enough for segments of two images, so that some settle partly.
  for (let image = 0; image < 40; image++) await lab.addImage(`shop:${image}`, ["pkg:npm/lodash@4.17.20"]);
}, 30_000);
afterAll(() => lab.close());

async function createWorld(): Promise<World> {
  const request = { selection: { scope: "all" }, force: true };
  const runs = [await lab.createRun(request), await lab.createRun(request)] as const;
  for (const run of runs) await lab.planAndDispatch(run);
  return { lab, worker: lab.queue.worker("w1"), hands: [], runs, isCancelled: false };
}

test("whatever happens, in whatever order: counters sum to the total, ended jobs stay, attempts rise by one, runs end", async () => {
  const holds = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 60, size: "max" }),
    async (steps) => {
      const world = await createWorld();
      let jobs = await jobsOf(world);
      for (const current of steps) {
        await take(world, current);
        jobs = await checkRows(world, jobs);
      }
      await finish(world);
      const ended = await Promise.all(world.runs.map((run) => lab.run(run)));
      expect(ended.map((run) => run.jobs_open)).toEqual([0, 0]);
      expect(ended[0]!.state).toBe("completed");
      expect(["completed", "cancelled", "error"]).toContain(ended[1]!.state);
    },
  );
  await fc.assert(holds, { numRuns: 20 });
}, 120_000);
