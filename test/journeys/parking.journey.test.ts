import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { addFleet, getRun, hasEnded, type RunView } from "../support/fleet.ts";
import { assertBooks } from "../support/invariants.ts";
import { type Journey, startJourney, until } from "../support/journey.ts";

jest.setTimeout(240_000);

const fleet = 24;
const why = { headers: { "x-stellaops-operator-reason": "the worker is mended" } };
let journey: Journey;
let workers: ChildProcess[] = [];
beforeAll(async () => {
  // A job is given up at its second failure; the redrive has many segments, so that there is time to kill.
  journey = await startJourney({ JOBENGINE_QUEUE_RETRY_TRIES: "2", JOBENGINE_QUEUE_SEGMENT_IMAGES: "1" });
  await addFleet(journey, fleet);
  journey.signal("scan-worker", "SIGTERM");
});
afterAll(async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  await journey.stop();
});

function startWorker(environment: Record<string, string>): void {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "../support/slow-worker.ts")], {
    env: {
      ...process.env,
      JOBENGINE_API_URL: journey.stack.schedulerUrl,
      JOBENGINE_WORKER_KEY: journey.stack.workerKey,
      JOBENGINE_WORKER_CONCURRENCY: "4",
      ...environment,
    },
    stdio: "ignore",
  });
  workers.push(child);
}

const redrive = (body: object) =>
  journey.ask<{ jobs: number; run?: RunView }>("POST", "/api/v1/scheduler/jobs/redrive", body, why);
const ended = (id: string) => until("the run ends", () => getRun(journey, id), hasEnded, 120_000);

test("what a broken worker failed is parked, and driven again when it is mended, whoever dies meanwhile", async () => {
  startWorker({ PAUSE_MS: "10", FAIL: "the disk is full" });
  const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", {
    selection: { scope: "all" },
  });
  const run = await ended(id);
  expect(run).toMatchObject({ state: "completed", counts: { planned: fleet, failed: fleet } });
  expect(run.segments).toMatchObject({ total: fleet, parked: fleet });
  await assertBooks(journey, id);
  for (const worker of workers.splice(0)) worker.kill("SIGKILL");

  const filter = { runId: id };
  const preview = await journey.ask("POST", "/api/v1/scheduler/jobs/redrive/preview", { filter });
  expect(preview).toMatchObject({ jobs: fleet, reasons: [{ reason: "tries_exhausted", jobs: fleet }] });
  // Nobody is there to start the run, and then to plan and to send it.
  await journey.kill("scheduler-worker");
  const taken = await redrive({ filter, ratePerSecond: 4 });
  expect(taken).toMatchObject({ jobs: fleet, run: { retryOf: id, trigger: "retry" } });
  expect(await redrive({ filter })).toMatchObject({ jobs: 0 });
  await journey.revive();
  const again = taken.run!.id;
  startWorker({ PAUSE_MS: "10" });
  const succeeded = async () => (await getRun(journey, again)).counts.succeeded;
  await until("the redrive is under way", succeeded, (images) => images > 0);
  await journey.kill("scheduler-worker");
  await journey.revive();
  await until("more of it is done", succeeded, (images) => images > fleet / 3);
  await journey.kill("valkey");
  await journey.revive();

  expect(await ended(again)).toMatchObject({
    state: "completed",
    counts: { planned: fleet, succeeded: fleet, failed: 0 },
  });
  await assertBooks(journey, again);
  expect(await getRun(journey, id)).toMatchObject({ counts: { failed: fleet }, segments: { parked: fleet } });
  // The rate was kept: no two of its jobs have slots nearer than a quarter of a second.
  const { rows } = await journey.sql.query(
    `select min(gap) >= 0.249 as is_kept from (
       select extract(epoch from first_queued_at - lag(first_queued_at) over (order by first_queued_at)) as gap
         from scheduler.jobs where run_id = $1) slots`,
    [again],
  );
  expect(rows[0]).toEqual({ is_kept: true });
});
