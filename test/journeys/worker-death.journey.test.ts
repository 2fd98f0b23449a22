import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { addFleet, getRun, hasEnded, type RunView } from "../support/fleet.ts";
import { assertBooks } from "../support/invariants.ts";
import { type Journey, startJourney, until } from "../support/journey.ts";

jest.setTimeout(240_000);

const fleet = 24;
let journey: Journey;
let slow: ChildProcess[] = [];
beforeAll(async () => {
  journey = await startJourney();
  await addFleet(journey, fleet);
  // The bundled worker is too fast to be met with a job in its hands.
  journey.signal("scan-worker", "SIGTERM");
});
afterEach(() => {
  for (const child of slow) child.kill("SIGKILL");
  slow = [];
});
afterAll(() => journey.stop());

function startSlowWorker(pauseMs: number): ChildProcess {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "../support/slow-worker.ts")], {
    env: {
      ...process.env,
      JOBENGINE_API_URL: journey.stack.schedulerUrl,
      JOBENGINE_WORKER_KEY: journey.stack.workerKey,
      JOBENGINE_WORKER_CONCURRENCY: "2",
      PAUSE_MS: String(pauseMs),
    },
    stdio: "ignore",
  });
  slow.push(child);
  return child;
}

const startRun = () =>
  journey.ask<RunView>("POST", "/api/v1/scheduler/runs", { selection: { scope: "all" }, force: true });
const leased = async () => {
  const { items } = await journey.ask<{ items: { live?: { state: string } }[] }>(
    "GET",
    `/api/v1/scheduler/runs/${runId}/jobs`,
  );
  return items.filter((job) => job.live?.state === "leased").length;
};
let runId = "";

test("a scan worker killed with SIGKILL in the middle of a job loses nothing: another does its jobs", async () => {
  const victim = startSlowWorker(1_500);
  ({ id: runId } = await startRun());
  await until("the victim holds jobs", leased, (count) => count > 0);
  victim.kill("SIGKILL");
  startSlowWorker(50);
  const run = await until("the run ends", () => getRun(journey, runId), hasEnded, 90_000);
  expect(run).toMatchObject({ state: "completed", counts: { planned: fleet, succeeded: fleet } });
  await assertBooks(journey, runId);
  const { rows } = await journey.sql.query(
    "select count(*)::int as crashes from scheduler.job_attempts a join scheduler.jobs j using (tenant_id, job_id) where j.run_id = $1 and error_class = 'crash'",
    [runId],
  );
  expect(rows[0].crashes).toBeGreaterThan(0);
});

test("a cancelled run ends: nothing of it is claimed any more, and leased jobs end by their beat", async () => {
  startSlowWorker(20_000);
  ({ id: runId } = await startRun());
  await until("a worker holds jobs", leased, (count) => count > 0);
  await journey.ask("POST", `/api/v1/scheduler/runs/${runId}/cancel`, {});
  const run = await until("the run ends", () => getRun(journey, runId), hasEnded, 30_000);
  expect(run.state).toBe("cancelled");
  expect(run.counts.cancelled).toBeGreaterThan(0);
  await journey.ask("POST", `/api/v1/scheduler/runs/${runId}/cancel`, {});
  await assertBooks(journey, runId);
});

test("a worker told to stop gives its jobs back, and nothing of that counts as a try", async () => {
  const leaving = startSlowWorker(60_000);
  ({ id: runId } = await startRun());
  await until("it holds jobs", leased, (count) => count > 0);
  leaving.kill("SIGTERM");
  // The second signal says: do not wait for the handlers. Two at once would arrive as one.
  await sleep(300);
  leaving.kill("SIGTERM");
  startSlowWorker(20);
  const run = await until("the run ends", () => getRun(journey, runId), hasEnded, 90_000);
  expect(run).toMatchObject({ state: "completed", counts: { planned: fleet, succeeded: fleet } });
  const { rows } = await journey.sql.query(
    "select max(tries)::int as tries, max(crashes)::int as crashes from scheduler.jobs where run_id = $1",
    [runId],
  );
  expect(rows[0]).toEqual({ tries: 0, crashes: 0 });
});
