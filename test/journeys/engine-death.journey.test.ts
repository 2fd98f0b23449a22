import { openQueueView } from "../../scripts/demo/queue-view.ts";
import { addFleet, getRun, hasEnded, imageDigest, type RunView } from "../support/fleet.ts";
import { assertBooks } from "../support/invariants.ts";
import { type Journey, startJourney, until } from "../support/journey.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";

jest.setTimeout(300_000);

const fleet = 24;
let journey: Journey;
beforeAll(async () => {
  journey = await startJourney();
  await addFleet(journey, fleet);
});
afterAll(() => journey.stop());

const startRun = () =>
  journey.ask<RunView>("POST", "/api/v1/scheduler/runs", { selection: { scope: "all" }, force: true });

async function expectCompleted(runId: string): Promise<void> {
  const run = await until("the run ends", () => getRun(journey, runId), hasEnded, 60_000);
  expect(run).toMatchObject({ state: "completed", counts: { planned: fleet, succeeded: fleet } });
  await assertBooks(journey, runId);
}

/** Holds a lock that stops a process inside a step, until it is killed there. */
async function whileLocked(lock: string, work: (waits: () => Promise<void>) => Promise<void>): Promise<void> {
  const holder = new pg.Client({ connectionString: journey.stack.postgresUrl });
  await holder.connect();
  await holder.query("begin");
  await holder.query(lock);
  const waits = async () => {
    await until(
      `somebody waits for ${lock}`,
      async () =>
        (await journey.sql.query("select count(*)::int as n from pg_locks where not granted")).rows[0]
          .n as number,
      (count) => count > 0,
    );
  };
  try {
    await work(waits);
  } finally {
    await holder.query("rollback");
    await holder.end();
  }
}

async function killAndRevive(part: string): Promise<void> {
  await journey.kill(part);
  await journey.revive();
}

test("scheduler-worker killed in a tick: every due instant has one verdict, and its run happens", async () => {
  const schedule = await journey.ask<{ id: string }>("POST", "/api/v1/scheduler/schedules", {
    name: "tick",
    whenCron: "*/2 * * * * *",
    selection: { scope: "digest", digests: [imageDigest(0)] },
  });
  await whileLocked("lock table scheduler.fires in access exclusive mode", async (waits) => {
    await waits();
    await journey.kill("scheduler-worker");
  });
  await journey.revive();
  const count = async () =>
    (
      await journey.sql.query("select count(*)::int as n from scheduler.fires where schedule_id = $1", [
        schedule.id,
      ])
    ).rows[0].n as number;
  await until("it fires again", count, (fires) => fires >= 2);
  await journey.ask("POST", `/api/v1/scheduler/schedules/${schedule.id}/pause`, {});
  const { rows } = await journey.sql.query(
    `select f.nominal_at, r.state from scheduler.fires f left join scheduler.runs r on r.run_id = f.run_id
      where f.schedule_id = $1 and f.run_id is not null`,
    [schedule.id],
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { run_id } of (
    await journey.sql.query("select run_id from scheduler.runs where schedule_id = $1", [schedule.id])
  ).rows) {
    await until("its run ends", () => getRun(journey, run_id as string), hasEnded);
  }
});

test("scheduler-worker killed in planning, inside the transaction", async () => {
  let runId = "";
  await whileLocked("lock table scheduler.jobs in share mode", async (waits) => {
    ({ id: runId } = await startRun());
    await waits();
    await journey.kill("scheduler-worker");
  });
  await journey.revive();
  await expectCompleted(runId);
});

/** Has whoever raises an attempt wait, inside the transaction; `work` is given what to call when that is so. */
async function whileDispatchHalts(work: (waits: () => Promise<void>) => Promise<void>): Promise<void> {
  await journey.sql.query(`
    create function scheduler.halt_dispatch() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(4711); return null; end $$;
    create trigger halt_dispatch after update on scheduler.jobs for each row
      when (old.state = 'planned' and new.state = 'queued') execute function scheduler.halt_dispatch()`);
  await whileLocked("select pg_advisory_xact_lock(4711)", work);
}
const endHalt = () => journey.sql.query("drop function scheduler.halt_dispatch() cascade");

test("scheduler-worker killed in dispatch, before the raised attempts are committed", async () => {
  let runId = "";
  await whileDispatchHalts(async (waits) => {
    ({ id: runId } = await startRun());
    await waits();
    expect(await attemptsOf(runId)).toEqual([0]);
    await journey.kill("scheduler-worker");
  });
  await endHalt();
  await journey.revive();
  await expectCompleted(runId);
  expect(await attemptsOf(runId)).toEqual([1]);
});

test("scheduler-worker killed in dispatch, between the raised attempts and the queue", async () => {
  const valkey = new Redis(journey.stack.valkeyUrl);
  let runId = "";
  await whileDispatchHalts(async (waits) => {
    ({ id: runId } = await startRun());
    await waits();
    // What comes after the commit does not reach the queue.
    await valkey.call("ACL", "SETUSER", "default", "-fcall");
  });
  await until(
    "the attempts are raised",
    () => attemptsOf(runId),
    (attempts) => attempts.length === 1 && attempts[0] === 1,
  );
  await journey.kill("scheduler-worker");
  await endHalt();
  await valkey.call("ACL", "SETUSER", "default", "+fcall");
  await valkey.quit();
  const queue = await openQueueView(journey.stack.valkeyUrl);
  const { ready, delayed, leased, resultsPending } = await queue.stats();
  await queue.close();
  expect({ ready, delayed, leased, resultsPending }).toEqual({
    ready: 0,
    delayed: 0,
    leased: 0,
    resultsPending: 0,
  });
  await journey.revive();
  await expectCompleted(runId);
  expect(await attemptsOf(runId)).toEqual([1]);
});

test("scheduler-worker killed in ingest, inside the transaction", async () => {
  let runId = "";
  await whileLocked("lock table scheduler.job_attempts in access exclusive mode", async (waits) => {
    ({ id: runId } = await startRun());
    await waits();
    await journey.kill("scheduler-worker");
  });
  await journey.revive();
  await expectCompleted(runId);
});

test("scheduler-web killed between the row of a run and the start of its workflow", async () => {
  journey.signal("temporal", "SIGSTOP");
  const request = startRun().catch(() => undefined);
  const planning = async () =>
    (
      await journey.sql.query(
        "select run_id from scheduler.runs where workflow_started_at is null and state = 'planning'",
      )
    ).rows as { run_id: string }[];
  const [row] = await until("the row is there", planning, (rows) => rows.length > 0);
  await journey.kill("scheduler-web");
  journey.signal("temporal", "SIGCONT");
  await request;
  await journey.revive();
  await expectCompleted(row!.run_id);
});

/** A run whose jobs wait on the queue while `fault` happens to it; the worker is frozen until then. */
async function runThrough(fault: () => Promise<void>): Promise<string> {
  journey.signal("scan-worker", "SIGSTOP");
  const { id } = await startRun();
  const queued = async () =>
    (
      await journey.sql.query(
        "select count(*)::int as n from scheduler.jobs where run_id = $1 and state = 'queued'",
        [id],
      )
    ).rows[0].n as number;
  await until("its jobs are queued", queued, (count) => count > 0);
  await fault();
  journey.signal("scan-worker", "SIGCONT");
  await expectCompleted(id);
  return id;
}

/** The different attempts that the jobs of a run have, ascending. */
async function attemptsOf(runId: string): Promise<number[]> {
  const { rows } = await journey.sql.query(
    "select distinct attempt from scheduler.jobs where run_id = $1 order by attempt",
    [runId],
  );
  return rows.map((row) => row.attempt as number);
}

async function smallestAttempt(runId: string): Promise<number> {
  const { rows } = await journey.sql.query(
    "select min(attempt) as attempt from scheduler.jobs where run_id = $1",
    [runId],
  );
  return rows[0].attempt as number;
}

test("FLUSHALL in the middle of a run: the queue is built anew with raised attempts, and the run ends", async () => {
  const valkey = new Redis(journey.stack.valkeyUrl);
  const id = await runThrough(async () => {
    await valkey.flushall();
  });
  await valkey.quit();
  expect(await smallestAttempt(id)).toBeGreaterThan(1);
});

test("Valkey killed and started again in the middle of a run: as if everything in it were lost", async () => {
  const id = await runThrough(() => killAndRevive("valkey"));
  expect(await smallestAttempt(id)).toBeGreaterThan(1);
});

test("PostgreSQL gone for ten seconds in the middle of a run", async () => {
  const { id } = await startRun();
  await until(
    "it is on the queue",
    () => getRun(journey, id),
    (run) => run.state !== "planning",
  );
  await journey.kill("postgres");
  const away = await journey.call("GET", "/api/v1/scheduler/runs");
  expect(away).toMatchObject({ status: 503, body: { type: "urn:jobengine:problem:unavailable" } });
  await sleep(9_500);
  await journey.revive();
  await journey.reconnect();
  await expectCompleted(id);
});

test("two scheduler-workers share the work: each due instant one verdict, each run once", async () => {
  const second = await journey.startSecondSchedulerWorker();
  const schedule = await journey.ask<{ id: string }>("POST", "/api/v1/scheduler/schedules", {
    name: "shared",
    whenCron: "* * * * * *",
    overlap: "allow",
    selection: { scope: "digest", digests: [imageDigest(1)] },
  });
  const runs = await Promise.all(Array.from({ length: 5 }, startRun));
  for (const { id } of runs) await expectCompleted(id);
  await journey.ask("POST", `/api/v1/scheduler/schedules/${schedule.id}/pause`, {});
  second.kill("SIGTERM");
  const { rows } = await journey.sql.query(
    "select count(*)::int as runs, count(distinct reason->>'text')::int as instants from scheduler.runs where schedule_id = $1",
    [schedule.id],
  );
  expect(rows[0].runs).toBe(rows[0].instants);
  expect(rows[0].runs).toBeGreaterThan(0);
});
