import type { Readable } from "node:stream";
import { Redis } from "ioredis";
import { createRawWorker, type RawJob, type RawWorker } from "../../platform/valkey/testing/raw-worker.ts";
import { queueKeyPrefix } from "../../platform/valkey/queue.ts";
import { send } from "../../scripts/faults/inflict/freeze.ts";
import { familyOf } from "../../scripts/faults/inflict/postgres.ts";
import { startMark } from "../../scripts/stack/process-identity.ts";
import { addFleet, getRun, hasEnded, type RunView } from "../support/fleet.ts";
import { assertBooks } from "../support/invariants.ts";
import { type Journey, startJourney, until } from "../support/journey.ts";

jest.setTimeout(300_000);

const fleet = 12;
const highWater = 4;
const keyPrefix = queueKeyPrefix("default");
const transient = { status: "failed", error: { class: "transient", message: "no luck" } } as const;

let journey: Journey;
let valkey: Redis;
beforeAll(async () => {
  journey = await startJourney({
    JOBENGINE_QUEUE_RESULTS_HIGH_WATER: String(highWater),
    JOBENGINE_QUEUE_LEASE_SECONDS: "4",
    JOBENGINE_QUEUE_BEAT_SECONDS: "1",
    JOBENGINE_QUEUE_SEGMENT_IMAGES: "1",
  });
  await addFleet(journey, fleet);
  // The worker of this test holds its jobs for as long as it likes.
  journey.signal("scan-worker", "SIGSTOP");
  valkey = new Redis(journey.stack.valkeyUrl);
});
afterAll(async () => {
  await valkey.quit();
  await journey.stop();
});

/** A worker of the test's own, at the queue as it is open now. */
async function openRawWorker(): Promise<RawWorker> {
  const epoch = (await valkey.get(`${keyPrefix}epoch`)) ?? "";
  return createRawWorker(valkey, keyPrefix, () => epoch, "by-hand");
}

const deadParts = () =>
  Object.entries(journey.stack.pids)
    .filter(([, pid]) => startMark(pid) === undefined)
    .map(([name]) => name);

test("PostgreSQL away: claims stop at the high-water mark, beats go on, nothing crashes, and then all goes on", async () => {
  const { id } = await journey.ask<RunView>("POST", "/api/v1/scheduler/runs", {
    selection: { scope: "all" },
  });
  const worker = await openRawWorker();
  const held: RawJob[] = [];
  await until(
    "it holds more jobs than there may be results",
    async () => held.push(...(await worker.claim(fleet)).jobs),
    (jobs) => jobs >= highWater + 2,
  );
  const [settling, keeping] = [held.slice(0, highWater), held.slice(highWater)];

  const postgres = familyOf(journey.stack.pids["postgres"] ?? 0);
  for (const pid of postgres) send(pid, "SIGSTOP");
  try {
    expect(await worker.settle(settling, transient)).toEqual(settling.map(() => "accepted"));
    expect(await worker.claim(1)).toMatchObject({ word: "busy", jobs: [] });
    // For more than two leases: what the worker holds stays its own.
    for (let beats = 0; beats < 25; beats++) {
      expect((await worker.beat(keeping)).jobs).toEqual(keeping.map(() => "continue"));
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    expect(await worker.claim(1)).toMatchObject({ word: "busy", jobs: [] });
    expect(await journey.call("GET", "/healthz")).toMatchObject({ status: 200 });
    expect(deadParts()).toEqual([]);
  } finally {
    for (const pid of postgres.toReversed()) send(pid, "SIGCONT");
  }

  await worker.settle(keeping, transient);
  journey.signal("scan-worker", "SIGCONT");
  const run = await until("the run ends", () => getRun(journey, id), hasEnded, 120_000);
  expect(run).toMatchObject({ state: "completed", counts: { planned: fleet, succeeded: fleet } });
  expect(deadParts()).toEqual([]);
  await assertBooks(journey, id);
  const { rows } = await journey.sql.query(
    "select coalesce(sum(tries), 0)::int as tries, coalesce(sum(crashes), 0)::int as crashes from scheduler.jobs where run_id = $1",
    [id],
  );
  expect(rows[0]).toEqual({ tries: held.length, crashes: 0 });
});

test("a scheduler-worker that is started while PostgreSQL is away waits for it, and is ready then", async () => {
  await journey.kill("postgres");
  const second = await journey.startSecondSchedulerWorker("a server is away");
  try {
    expect(second.exitCode).toBeNull();
    const ready = untilSaid(second.stdout!, "Ready.");
    await journey.revive();
    await journey.reconnect();
    await ready;
    expect(second.exitCode).toBeNull();
  } finally {
    second.kill("SIGTERM");
  }
});

/** Resolves when a stream has given a text. */
function untilSaid(stream: Readable, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.on("data", (chunk) => {
      if (String(chunk).includes(text)) resolve();
    });
  });
}
