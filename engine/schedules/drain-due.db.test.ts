import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type ScheduleInput, scheduleInput } from "../../model/schedules/schedule.ts";
import { createRunLab, type RunLab } from "../../test/support/run-lab.ts";
import { tickerShards } from "../../workflows/contract.ts";
import { createSchedule } from "./create.ts";
import { drainDue, startRuns } from "./drain-due.ts";
import { pauseSchedule, resumeSchedule } from "./pause.ts";
import { patchSchedule } from "./update.ts";

const minuteMs = 60_000;

let lab: RunLab;
let base: number;
beforeEach(async () => {
  lab = await createRunLab();
  // Virtual time: half a minute past a full hour, one day ahead, so that minutes are easy to name.
  base = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 30_000;
  at(0);
});
afterEach(() => lab.close());

/** Moves the clock of all transactions to so many milliseconds after the base. */
function at(ms: number): void {
  lab.test.shiftMs = base + ms - Date.now();
}

async function addSchedule(more: Partial<ScheduleInput> = {}): Promise<string> {
  const input = scheduleInput.parse({
    name: "s",
    whenCron: "* * * * *",
    selection: { scope: "all" },
    ...more,
  });
  const answer = await createSchedule(lab.ctx(), { input, key: undefined });
  return answer.body.id;
}

async function drainAll(): Promise<void> {
  for (let shard = 0; shard < tickerShards; shard++) await drainDue(lab.engine, shard);
}

/** Verdicts by minute after the base's full minute, oldest first; ranges with their count. */
async function ledger(): Promise<string[]> {
  const { rows } = await lab.test.owner.query(
    "select nominal_at, verdict, fire_count, run_id from scheduler.fires order by nominal_at",
  );
  return rows.map(({ nominal_at: nominal, verdict, fire_count: count, run_id: runId }) => {
    const minute = Math.round((nominal.getTime() - (base - 30_000)) / minuteMs);
    return `${minute} ${verdict}${count > 1 ? ` ×${count}` : ""}${runId === null ? "" : " run"}`;
  });
}

const endRuns = () =>
  lab.test.owner.query("update scheduler.runs set state = 'completed', finished_at = now()");

it("gives a due instant one verdict and one run, however often and by however many it is drained", async () => {
  await addSchedule();
  at(31_000);
  await Promise.all([drainAll(), drainAll(), drainAll()]);
  await drainAll();
  expect(await ledger()).toEqual(["1 started run"]);
  const { rows } = await lab.test.owner.query("select trigger, class, schedule_revision from scheduler.runs");
  expect(rows).toEqual([{ trigger: "cron", class: "scheduled", schedule_revision: 1 }]);
});

it("skips an instant while the last run is open", async () => {
  await addSchedule();
  at(31_000);
  await drainAll();
  at(91_000);
  await drainAll();
  await endRuns();
  at(151_000);
  await drainAll();
  expect(await ledger()).toEqual(["1 started run", "2 skipped_overlap", "3 started run"]);
});

it("catches one instant up after an outage over three, inside the window", async () => {
  await addSchedule();
  at(5 * minuteMs);
  await drainAll();
  expect(await ledger()).toEqual([
    "1 missed_outage",
    "2 missed_outage",
    "3 missed_outage",
    "4 missed_outage",
    "5 started run",
  ]);
});

it("starts nothing that is later than the catch-up window", async () => {
  await addSchedule({ whenCron: "0 * * * *", catchupWindowSeconds: 60 });
  at(70 * minuteMs);
  await drainAll();
  expect(await ledger()).toEqual(["60 missed_outage"]);
});

it("records instants of a paused schedule as skipped, and counts on after it is resumed", async () => {
  const id = await addSchedule();
  await pauseSchedule(lab.ctx(), { id, revision: undefined, reason: "maintenance" });
  at(91_000);
  await drainAll();
  await resumeSchedule(lab.ctx(), { id, revision: undefined, reason: undefined });
  at(151_000);
  await drainAll();
  expect(await ledger()).toEqual(["1 skipped_paused", "2 skipped_paused", "3 started run"]);
});

it("decides an instant that has struck under the old revision when the edit comes a second later", async () => {
  const id = await addSchedule();
  at(31_000);
  await patchSchedule(lab.ctx(), { id, revision: undefined, patch: { whenCron: "*/10 * * * *" } });
  await drainAll();
  expect(await ledger()).toEqual(["1 started run"]);
  const { rows } = await lab.test.owner.query("select schedule_revision from scheduler.fires");
  expect(rows).toEqual([{ schedule_revision: 1 }]);
});

it("does not fire an instant that an edit in the second before has taken away", async () => {
  const id = await addSchedule();
  at(29_000);
  await patchSchedule(lab.ctx(), { id, revision: undefined, patch: { whenCron: "*/10 * * * *" } });
  at(60_000);
  await drainAll();
  expect(await ledger()).toEqual([]);
  at(10 * minuteMs);
  await drainAll();
  expect(await ledger()).toEqual(["10 started run"]);
});

it("tells when to look again: at the next due instant, ten seconds at most", async () => {
  await addSchedule();
  at(25_000);
  const answers = await Promise.all(
    Array.from({ length: tickerShards }, (_, shard) => drainDue(lab.engine, shard)),
  );
  const waits = answers.map(({ nextDueInMs }) => nextDueInMs).sort((a, b) => a - b);
  expect(waits[0]).toBeGreaterThan(3_000);
  expect(waits[0]).toBeLessThanOrEqual(5_000);
  expect(waits.slice(1)).toEqual([10_000, 10_000, 10_000]);
});

it("starts the workflow of every run that has none, once", async () => {
  await addSchedule();
  at(31_000);
  await drainAll();
  const started: number[] = [];
  for (let shard = 0; shard < tickerShards; shard++) started.push(await startRuns(lab.engine, shard));
  for (let shard = 0; shard < tickerShards; shard++) started.push(await startRuns(lab.engine, shard));
  expect(started.reduce((sum, count) => sum + count, 0)).toBe(1);
});

it("puts off a schedule that cannot be read, and decides the others", async () => {
  await addSchedule();
  const broken = await addSchedule({ name: "broken" });
  await lab.test.owner.query(
    `update scheduler.schedules set document = document || '{"timezone": "Mars/Olympus"}' where schedule_id = '${broken}'`,
  );
  at(31_000);
  await drainAll();
  expect(await ledger()).toEqual(["1 started run"]);
});

it("decides a thousand schedules that are due in one second", async () => {
  await addSchedule();
  await lab.test.owner.query(`
    insert into scheduler.schedules (tenant_id, schedule_id, name, enabled, job_kind, document, shard, next_nominal_at,
                                     next_due_at, created_at, created_by, updated_at, updated_by)
    select tenant_id, 'sch_' || lpad(to_hex(n), 32, '0'), 's' || n, enabled, job_kind, document, n % 4, next_nominal_at,
           next_due_at, created_at, created_by, updated_at, updated_by
      from scheduler.schedules, generate_series(1, 1000) n`);
  at(31_000);
  await drainAll();
  expect(await ledger()).toHaveLength(1_001);
  expect(new Set(await ledger())).toEqual(new Set(["1 started run"]));
});

it("gives an instant one verdict when an edit that began before it comes after its ticker", async () => {
  const id = await addSchedule();
  at(29_000);
  // The ticker has decided the instant when the edit gets the lock that it has waited for since before.
  const ticker = new pg.Client({ connectionString: lab.test.urls.owner });
  await ticker.connect();
  await ticker.query("begin");
  await ticker.query("select from scheduler.schedules for update");
  const edit = patchSchedule(lab.ctx(), { id, revision: undefined, patch: { catchupWindowSeconds: 7_200 } });
  await untilSomebodyWaits();
  await ticker.query(`
    insert into scheduler.fires (tenant_id, schedule_id, schedule_revision, nominal_at, last_nominal_at, fire_count,
                                 verdict, lag_ms, decided_at)
    select tenant_id, schedule_id, 1, next_nominal_at, next_nominal_at, 1, 'started', 0, next_nominal_at
      from scheduler.schedules`);
  await ticker.query(`
    update scheduler.schedules set next_nominal_at = next_nominal_at + interval '1 minute',
                                   next_due_at = next_due_at + interval '1 minute'`);
  await ticker.query("commit");
  await ticker.end();
  await edit;
  at(91_000);
  await drainAll();
  expect(await ledger()).toEqual(["1 started", "2 started run"]);
});

/** Resolves when a transaction of this database waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  const waiting = `
    select 1 from pg_locks l join pg_stat_activity a using (pid)
     where a.datname = current_database() and not l.granted`;
  while ((await lab.test.owner.query(waiting)).rowCount === 0) await sleep(10);
}

it("starts the other runs of a shard although one of them cannot be started", async () => {
  const stuck = await lab.createRun();
  const others = [await lab.createRun(), await lab.createRun()];
  await lab.test.owner.query("update scheduler.runs set shard = 0, workflow_started_at = null");
  const start = async ({ workflowId }: { workflowId: string }) => {
    if (workflowId.endsWith(stuck.runId)) throw new Error("no such thing");
    return true;
  };
  const engine = { ...lab.engine, workflows: { ...lab.engine.workflows, start } };
  expect(await startRuns(engine, 0)).toBe(2);
  const { rows } = await lab.test.owner.query(
    "select run_id from scheduler.runs where workflow_started_at is not null order by run_id",
  );
  expect(rows.map(({ run_id }) => run_id)).toEqual(others.map(({ runId }) => runId).toSorted());
});
