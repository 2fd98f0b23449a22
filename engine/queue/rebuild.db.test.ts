import type { JobQueue } from "../../platform/valkey/job-queue.ts";
import { createRunLab, type RunLab, withQueue } from "../../test/support/run-lab.ts";
import { closeRun } from "../runs/close.ts";
import { cancelRun } from "../runs/cancel.ts";
import { followEpoch } from "./follow-epoch.ts";
import { ensureQueue } from "./rebuild.ts";
import { lookAfterRuns } from "../runs/look-after.ts";
import { reconcile } from "./reconcile.ts";

const times = { leaseMs: 60_000, beatMs: 15_000 };
const noUsers = async () => undefined;

let lab: RunLab;
let key: { tenant: string; runId: string };
beforeEach(async () => {
  lab = await createRunLab();
  await ensureQueue(lab.engine, times, noUsers);
  for (let image = 0; image < 3; image++)
    await lab.addImage(`shop:${image}`, [`pkg:npm/lodash@4.17.${image}`]);
  key = await lab.createRun();
});
afterEach(() => lab.close());

/** What FLUSHALL does to this queue: nothing of it is left. */
async function loseEverything(): Promise<void> {
  const { valkey, queue } = lab.queue;
  const keys = await valkey.keys(`${queue.keyPrefix}*`);
  await valkey.unlink(...keys);
}
const attempts = async () =>
  (await lab.test.owner.query("select attempt from scheduler.jobs order by attempt")).rows.map(
    (row) => row.attempt,
  );

it("leaves a queue alone that is what PostgreSQL says", async () => {
  const epoch = lab.engine.queue.epoch;
  expect(await ensureQueue(lab.engine, times, noUsers)).toEqual({ rebuilt: false, jobs: 0 });
  expect(lab.engine.queue.epoch).toBe(epoch);
});

it("builds a lost queue anew with raised attempts, and the run ends with balanced books", async () => {
  await lab.planAndDispatch(key);
  await loseEverything();
  await expect(lab.engine.queue.stats()).rejects.toThrow("lost or replaced");
  expect(await ensureQueue(lab.engine, times, noUsers)).toEqual({ rebuilt: true, jobs: 3 });
  expect(await attempts()).toEqual([2, 2, 2]);
  expect(await lab.workAll()).toBe(3);
  await lab.ingestAll();
  expect(await closeRun(lab.engine, key)).toMatchObject({ state: "completed", images_succeeded: 3 });
});

it("ingests what the stream still holds before it raises attempts", async () => {
  await lab.planAndDispatch(key);
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  await worker.settle([job!], await lab.scan(job!));
  // Another server process: the queue is all there, but nothing it says can be trusted.
  await lab.test.owner.query("update scheduler.queues set valkey_run_id = 'another'");
  expect(await ensureQueue(lab.engine, times, noUsers)).toEqual({ rebuilt: true, jobs: 2 });
  expect(await attempts()).toEqual([1, 2, 2]);
});

it("refuses the result of a lease from before the loss", async () => {
  await lab.planAndDispatch(key);
  const before = lab.queue.worker("w1");
  const [job] = (await before.claim(1)).jobs;
  await loseEverything();
  await ensureQueue(lab.engine, times, noUsers);
  // The worker registered again and still tries to publish what it held.
  await before.settle([job!], { status: "failed", error: { class: "permanent", message: "old" } });
  await lab.ingestAll();
  await lab.workAll();
  await lab.ingestAll();
  expect(await closeRun(lab.engine, key)).toMatchObject({
    state: "completed",
    images_succeeded: 3,
    images_failed: 0,
  });
});

it("does not bring a cancelled run back", async () => {
  await lab.planAndDispatch(key);
  await cancelRun(lab.engine, key, "ann");
  await loseEverything();
  await ensureQueue(lab.engine, times, noUsers);
  expect(await lab.workAll()).toBe(0);
  expect(await closeRun(lab.engine, key)).toMatchObject({ state: "cancelled", images_cancelled: 3 });
});

it("finishes a cancellation of which only the first step happened", async () => {
  await lab.planAndDispatch(key);
  const dying = withQueue(lab.engine, { cancelRun: () => Promise.reject(new Error("killed")) });
  await expect(cancelRun(dying, key, "ann")).rejects.toThrow("killed");
  await lab.test.owner.query("update scheduler.jobs set queued_at = queued_at - interval '1 minute'");
  await reconcile(lab.engine);
  expect(await closeRun(lab.engine, key)).toMatchObject({ state: "cancelled", images_cancelled: 3 });
});

it("reconciles: what the queue lost is sent again, what PostgreSQL does not hold is dropped", async () => {
  await lab.planAndDispatch(key);
  const { items } = await lab.engine.queue.list(null, 10);
  await lab.engine.queue.drop([items[0]!]);
  const ghost = { ...items[1]!, job: "job_ghost", wallClockMs: 1_000, payload: "{}" };
  const { job, attempt, kind, tenant, run, wallClockMs, payload } = ghost;
  await lab.engine.queue.enqueue([{ job, attempt, kind, class: "event", tenant, run, wallClockMs, payload }]);
  expect(await reconcile(lab.engine)).toMatchObject({ resent: 0, dropped: 1 });
  await lab.test.owner.query("update scheduler.jobs set queued_at = queued_at - interval '1 minute'");
  expect(await reconcile(lab.engine)).toMatchObject({ resent: 1, dropped: 0 });
  expect(await lab.workAll()).toBe(3);
});

it("signals a run again whose drained signal was lost", async () => {
  await lab.planAndDispatch(key);
  await lab.workAll();
  await lab.ingestAll();
  lab.signals.length = 0;
  expect(await lookAfterRuns(lab.engine)).toEqual({ signalled: 1 });
  expect(lab.signals).toEqual([{ workflowId: `run/acme/${key.runId}`, signal: "drained" }]);
});

it("lets callers follow to a new epoch, and tells them while the queue is being rebuilt", async () => {
  let epoch = "none";
  const follower = followEpoch(lab.engine.queue, async () => epoch);
  lab.engine.queue.setEpoch("wrong");
  await expect(follower.stats()).rejects.toMatchObject({ code: "unavailable" });
  await ensureQueue(lab.engine, times, noUsers);
  epoch = lab.engine.queue.epoch ?? "";
  lab.engine.queue.setEpoch("wrong");
  expect(await follower.stats()).toMatchObject({ ready: 0 });
});

it("rebuilds while callers of the same process meet the closed queue", async () => {
  await lab.planAndDispatch(key);
  const read = async () =>
    (await lab.test.owner.query("select epoch from scheduler.queues")).rows[0].epoch as string;
  const opened = Promise.withResolvers<void>();
  const { queue } = lab.engine;
  const follower = followEpoch(queue, async () => {
    const before = await read();
    await opened.promise;
    return before;
  });
  await loseEverything();
  let meanwhile: Promise<unknown> | undefined;
  const slow: typeof queue = {
    ...queue,
    async enqueue(messages) {
      opened.resolve();
      await meanwhile;
      return queue.enqueue(messages);
    },
  };
  const whileClosed = async () => {
    meanwhile = follower.stats().catch(() => undefined);
  };
  const rebuilt = await ensureQueue({ ...lab.engine, queue: slow }, times, whileClosed);
  expect(rebuilt).toEqual({ rebuilt: true, jobs: 3 });
});

it("lets callers who meet a new epoch together all follow", async () => {
  const epoch = lab.engine.queue.epoch ?? "";
  const follower = followEpoch(lab.engine.queue, async () => epoch);
  const answers = await Promise.all([follower.stats(), follower.stats(), follower.stats()]);
  expect(answers.map(({ ready }) => ready)).toEqual([0, 0, 0]);
});

it.each([
  ["lists the keys", (queue: JobQueue) => queue.keys(null, 10), { items: [], cursor: null }],
  ["moves jobs to another class", (queue: JobQueue) => queue.bump("interactive", ["job"]), ["absent"]],
])(
  "a process that does not rebuild %s of a queue whose epoch it does not know yet",
  async (_what, call, answer) => {
    const follower = followEpoch(lab.engine.queue, async () => lab.engine.queue.epoch);
    expect(await call(follower)).toEqual(answer);
  },
);
