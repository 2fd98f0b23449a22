import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { createRunLab, type RunLab, withQueue } from "../../test/support/run-lab.ts";
import { reconcile } from "../queue/reconcile.ts";
import { lookAfterRuns } from "./look-after.ts";
import { cancelRun, closeWithdrawn } from "./cancel.ts";
import { closeRun, failRun } from "./close.ts";
import { planRun } from "./plan.ts";

let lab: RunLab;
let key: { tenant: string; runId: string; pool: string };
beforeEach(async () => {
  lab = await createRunLab();
  for (let image = 0; image < 3; image++)
    await lab.addImage(`shop:${image}`, [`pkg:npm/lodash@4.17.${image}`]);
  key = await lab.createRun();
});
afterEach(() => lab.close());

const rows = async (text: string) => (await lab.test.owner.query(text)).rows;
const fault = { code: "ERR_RUN_DISPATCH", message: "The jobs could not be put on the queue." };

it("leaves nothing open in a run that ends in error: jobs are cancelled, the books balance", async () => {
  await lab.planAndDispatch(key);
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  const outcome = await lab.scan(job!);
  const run = await failRun(lab.engine, key, fault);
  expect(run).toMatchObject({ state: "error", images_planned: 3, images_cancelled: 3, jobs_open: 0 });
  expect(await rows("select distinct state, outcome_reason from scheduler.jobs")).toEqual([
    { state: "cancelled", outcome_reason: "run_failed" },
  ]);

  const closed = await lab.run(key);
  await worker.settle([job!], outcome);
  await lab.ingestAll();
  expect(await lab.run(key)).toEqual(closed);
  expect(await rows("select agreement from scheduler.late_results")).toHaveLength(1);
});

it("does not send jobs of a run that ended in error again, ever", async () => {
  await lab.planAndDispatch(key);
  await failRun(lab.engine, key, fault);
  await lab.test.owner.query("update scheduler.jobs set queued_at = queued_at - interval '1 minute'");
  expect(await reconcile(lab.engine)).toEqual({ resent: 0, dropped: 0 });
  expect(await lookAfterRuns(lab.engine)).toEqual({ signalled: 0 });
});

it("counts the plan and the end of a run once, however often the steps are repeated", async () => {
  await planRun(lab.engine, key);
  await planRun(lab.engine, key);
  await lab.complete(key);
  await closeRun(lab.engine, key);
  await failRun(lab.engine, key, fault);
  const counted = async (name: "plannerRuns" | "runDurationSeconds") =>
    (await lab.engine.metrics[name].get()).values
      .filter((value) => !("metricName" in value) || value.metricName?.endsWith("_count"))
      .reduce((sum, { value }) => sum + value, 0);
  expect(await counted("plannerRuns")).toBe(1);
  expect(await counted("runDurationSeconds")).toBe(1);
});

it("closes withdrawn jobs in the order of locks that ingest has: the run first", async () => {
  await lab.planAndDispatch(key);
  const dying = withQueue(lab.engine, { cancelRun: () => Promise.reject(new Error("killed")) });
  await expect(cancelRun(dying, key, "ann")).rejects.toThrow("killed");
  await lab.engine.queue.cancelRun(key.runId);

  const ingest = new pg.Client({ connectionString: lab.test.urls.owner });
  await ingest.connect();
  await ingest.query("begin");
  await ingest.query("select from scheduler.runs for update");
  const closing = closeWithdrawn(lab.engine, key);
  await untilSomebodyWaits();
  // In the other order this is a deadlock, of which PostgreSQL ends one side after a second.
  await ingest.query("select from scheduler.jobs for update nowait");
  await ingest.query("commit");
  await ingest.end();
  await closing;
  expect(await lab.run(key)).toMatchObject({ images_cancelled: 3, jobs_open: 0 });
});

/** Resolves when a transaction of this database waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  const waiting = `
    select 1 from pg_locks l join pg_stat_activity a using (pid)
     where a.datname = current_database() and not l.granted`;
  while ((await lab.test.owner.query(waiting)).rowCount === 0) await sleep(10);
}
