import { defaultPool } from "../../model/pools/pool.ts";
import { startOwnServer } from "../../platform/valkey/testing/own-server.ts";
import { openTestQueue } from "../../platform/valkey/testing/test-queue.ts";
import { createRunLab, type RunLab } from "../../test/support/run-lab.ts";
import type { PoolEngine } from "../context.ts";
import { closeRun } from "../runs/close.ts";
import { dispatchRun } from "../runs/dispatch.ts";
import { planRun } from "../runs/plan.ts";
import { reconcile } from "./reconcile.ts";

const pool = defaultPool;

let lab: RunLab;
let key: { tenant: string; runId: string };
const images = 15;
beforeEach(async () => {
  lab = await createRunLab();
  for (let n = 0; n < images; n++) await lab.addImage(`shop:${n}`, ["pkg:npm/lodash@4.17.20"]);
  key = await lab.createRun();
});
afterEach(() => lab.close());

const jobsIn = async (state: string) =>
  (await lab.test.owner.query(`select count(*)::int as jobs from scheduler.jobs where state = '${state}'`))
    .rows[0].jobs as number;

test("above the high water jobs stay planned until there is room, and whoever may wait waits", async () => {
  const engine = { ...lab.engine, segmentImages: 1, jobsHighWater: 10 };
  await planRun(engine, key);
  const other = await lab.createRun();
  await planRun(engine, other);
  await dispatchRun(engine, { ...key, pool });
  expect(await dispatchRun(engine, { ...other, pool })).toBe(0);
  expect(await jobsIn("planned")).toBe(images);
  const waiting = dispatchRun(engine, { ...other, pool, waitsForRoom: true });
  // It goes on waiting until what it sent itself is done: work until it answers.
  const working = async (): Promise<undefined> => void (await lab.workAll());
  let sent: number | undefined;
  while (sent === undefined) sent = await Promise.race([waiting, working()]);
  expect(sent).toBe(images);
  await lab.ingestAll();
  for (const run of [key, other])
    expect(await closeRun(engine, run)).toMatchObject({ state: "completed", images_succeeded: images });
});

test("a server whose memory is full refuses what is new; with memory again nothing is lost or done twice", async () => {
  await using server = await startOwnServer("--maxmemory-policy", "noeviction");
  await using own = await openTestQueue({}, server.url);
  const queues = { of: () => own.queue };
  const engine: PoolEngine = { ...lab.engine, segmentImages: 1, queue: own.queue, queues };
  await planRun(engine, key);
  await own.valkey.config("SET", "maxmemory", "1");
  await expect(dispatchRun(engine, { ...key, pool })).rejects.toMatchObject({ code: "unavailable" });
  await expect(own.worker("w1").claim(1)).rejects.toThrow(/^OOM/);
  expect((await own.queue.stats()).ready).toBe(0);

  await own.valkey.config("SET", "maxmemory", "64mb");
  lab.test.shiftMs = 60_000;
  await reconcile(engine);
  expect((await own.queue.stats()).ready).toBe(images);
  await lab.workAll(own.worker("w1"));
  await lab.ingestAll(engine);
  expect(await closeRun(engine, key)).toMatchObject({ state: "completed", images_succeeded: images });
  expect(await own.queue.stats()).toMatchObject({ ready: 0, leased: 0, resultsPending: 0 });
});
