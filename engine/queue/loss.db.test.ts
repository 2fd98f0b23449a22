import { cp, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { createLog } from "../../platform/log/log.ts";
import { startOwnServer } from "../../platform/valkey/testing/own-server.ts";
import { openTestQueue, type TestQueue } from "../../platform/valkey/testing/test-queue.ts";
import { createRunLab, type RunLab } from "../../test/support/run-lab.ts";
import type { PoolEngine } from "../context.ts";
import { ingestResults } from "../results/ingest-stream.ts";
import { closeRun } from "../runs/close.ts";
import { dispatchRun } from "../runs/dispatch.ts";
import { planRun } from "../runs/plan.ts";
import { ensureQueue } from "./rebuild.ts";

const settings = { leaseMs: 60_000, beatMs: 15_000 };

let lab: RunLab;
let key: { tenant: string; runId: string; pool: string };
/** The lines that the engine logged, as an operator finds them. */
let lines: Record<string, unknown>[];
let engine: PoolEngine;
beforeEach(async () => {
  lab = await createRunLab();
  lines = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  engine = { ...lab.engine, log: createLog({ service: "lab", destination }) };
  for (let image = 0; image < 3; image++) await lab.addImage(`shop:${image}`, ["pkg:npm/lodash@4.17.20"]);
  key = await lab.createRun();
});
afterEach(() => lab.close());

const ensure = (other: PoolEngine = engine) => ensureQueue(other, settings, async () => undefined);

/** The engine with a server of its own. */
const onServer = ({ queue }: TestQueue): PoolEngine => ({ ...engine, queue, queues: { of: () => queue } });

/** Puts the three images of the run on the queue that the engine of the test has. */
async function planAndDispatch(): Promise<void> {
  await planRun(engine, key);
  await dispatchRun(engine, key);
}

/** A loss is told once: in one line that says why and how many jobs were sent again, and in one metric. */
async function expectTold(cause: string, jobs: number): Promise<void> {
  const told = lines.filter(({ msg }) => msg === "The queue was lost and built anew from PostgreSQL.");
  expect(told).toMatchObject([{ level: "warn", cause, jobs }]);
  const { values } = await engine.metrics.queueRebuilds.get();
  expect(values).toMatchObject([{ labels: { cause }, value: 1 }]);
}

test("opening a queue for the first time is no loss", async () => {
  expect(await ensure()).toMatchObject({ rebuilt: true });
  expect(lines).toEqual([]);
  expect((await engine.metrics.queueRebuilds.get()).values).toEqual([]);
});

test("FLUSHALL is told in one line and one metric, however many meet it", async () => {
  await using server = await startOwnServer();
  await using own = await openTestQueue({}, server.url);
  engine = onServer(own);
  await ensure();
  await planAndDispatch();
  await own.valkey.flushall();
  await Promise.all([ensure(), ensure(), ensure()]);
  await expectTold("epoch", 3);
});

test("a restart without persistence is told in one line and one metric", async () => {
  await using server = await startOwnServer();
  await using own = await openTestQueue({}, server.url);
  engine = onServer(own);
  await ensure();
  await planAndDispatch();
  await server.restart();
  await untilAnswers(own.queue);
  await ensure();
  await ensure();
  await expectTold("restart", 3);
});

test("an older append-only file is not believed: no job that it holds is given out at its old attempt", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "je-aof-"));
  const older = `${folder}-older`;
  try {
    await using server = await startOwnServer(
      "--dir",
      folder,
      "--appendonly",
      "yes",
      "--appendfsync",
      "always",
    );
    await using own = await openTestQueue({}, server.url);
    engine = onServer(own);
    await ensure();
    await planAndDispatch();
    await cp(folder, older, { recursive: true });
    const [done] = (await own.worker("w1").claim(1)).jobs;
    await own.worker("w1").settle([done!], await lab.scan(done!));
    // The files are read when a server starts: what runs has them open and does not look.
    await rm(folder, { recursive: true });
    await cp(older, folder, { recursive: true });
    await server.restart();
    await untilAnswers(own.queue);
    await ensure();
    await expectTold("restart", 3);
    const jobs = await lab.test.owner.query("select attempt from scheduler.jobs");
    expect(jobs.rows.map(({ attempt }) => attempt)).toEqual([2, 2, 2]);
    for (const job of (await own.worker("w2").claim(10)).jobs) {
      expect(job.attempt).toBe(2);
      await own.worker("w2").settle([job], await lab.scan(job));
    }
    await ingestResults(engine);
    expect(await closeRun(engine, key)).toMatchObject({ state: "completed", images_succeeded: 3 });
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(older, { recursive: true, force: true });
  }
});

test("who waits for a rebuild of another waits longer than a lock may be waited for", async () => {
  await ensure();
  const holder = new pg.Client({ connectionString: lab.test.urls.owner });
  await holder.connect();
  const name = `queue ${engine.pool}`;
  await holder.query("select pg_advisory_lock(hashtextextended($1, 0))", [name]);
  const waiting = ensure();
  const outcome = await Promise.race([waiting, after(11_000)]).catch((error: unknown) => error);
  await holder.end();
  expect(outcome).toBe("still waiting");
  expect(await waiting).toEqual({ rebuilt: false, jobs: 0 });
});

const after = (ms: number) =>
  new Promise<string>((resolve) => setTimeout(() => resolve("still waiting"), ms));

async function untilAnswers(queue: PoolEngine["queue"]): Promise<void> {
  for (;;) {
    try {
      await queue.runId();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
