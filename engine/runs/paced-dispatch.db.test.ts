import { createRunLab, type RunLab, withQueue } from "../../test/support/run-lab.ts";
import { lookAfterRuns } from "./look-after.ts";
import { cancelRun } from "./cancel.ts";
import { dispatchRun, resendRun } from "./dispatch.ts";
import { planRun } from "./plan.ts";

let lab: RunLab;
let key: { tenant: string; runId: string; pool: string };
const images = 130;
beforeAll(async () => {
  lab = await createRunLab();
  for (let image = 0; image < images; image++)
    await lab.addImage(`shop:${image}`, ["pkg:npm/lodash@4.17.20"]);
});
afterAll(() => lab.close());
beforeEach(async () => {
  lab.test.shiftMs = 0;
  key = await lab.createRun({ selection: { scope: "all" }, force: true });
});
afterEach(() => cancelRun(lab.engine, key, "ann"));

const killed = () => Promise.reject(new Error("killed"));
const rows = async (text: string) => (await lab.test.owner.query(text)).rows;
const paced = (ratePerSecond: number) =>
  rows(`update scheduler.runs set rate_per_second = ${ratePerSecond} where run_id = '${key.runId}'`);
/** One image a job. */
const plan = () => planRun({ ...lab.engine, segmentImages: 1 }, key);
/** When the jobs that were sent may be claimed, in milliseconds after the first of them. */
const slots = async (): Promise<number[]> => {
  const sent = await rows(
    `select not_before from scheduler.jobs where run_id = '${key.runId}' and state = 'queued' order by not_before`,
  );
  return sent.map(({ not_before }) => not_before.getTime() - sent[0].not_before.getTime());
};
const steps = (count: number, ms: number) => Array.from({ length: count }, (_, place) => place * ms);
const dispatch = (engine = lab.engine) => dispatchRun(engine, key);

it("sends what is due within a minute, a step of the rate apart, and goes on from there", async () => {
  await paced(1);
  await plan();
  expect(await dispatch()).toBe(61);
  expect(await slots()).toEqual(steps(61, 1_000));
  expect(await dispatch()).toBe(0);
  lab.test.shiftMs = 30_000;
  expect(await dispatch()).toBeGreaterThanOrEqual(30);
  const sent = await slots();
  expect(sent).toEqual(steps(sent.length, 1_000));
});

it("keeps the rate when dispatchers race", async () => {
  await paced(1);
  await plan();
  await Promise.all([dispatch(), dispatch(), dispatch(), dispatch()]);
  const sent = await slots();
  // The clocks of the transactions differ a little: a later one may see room for one job more.
  expect(sent.length).toBeLessThanOrEqual(62);
  expect(sent).toEqual(steps(sent.length, 1_000));
});

it("keeps the rate when a dispatcher dies between the commit and the queue", async () => {
  await paced(2);
  await plan();
  await expect(dispatch(withQueue(lab.engine, { enqueue: killed }))).rejects.toThrow("killed");
  await resendRun(lab.engine, key);
  expect(await dispatch()).toBeLessThanOrEqual(1);
  const sent = await slots();
  expect(sent).toEqual(steps(sent.length, 500));
  const { ready, delayed } = await lab.engine.queue.stats();
  expect(ready + delayed).toBe(sent.length);
});

it("makes no burst of the time in which nobody dispatched", async () => {
  await paced(1);
  await plan();
  await dispatch();
  lab.test.shiftMs = 3_600_000;
  await dispatch();
  const sent = await slots();
  const late = sent.filter((ms) => ms > 60_000);
  expect(late[0]).toBeGreaterThanOrEqual(3_599_000);
  expect(late.map((ms) => ms - late[0]!)).toEqual(steps(late.length, 1_000));
});

it("is gone on with by the reconciler, which lets runs be that have nothing to send", async () => {
  await paced(1);
  await plan();
  await dispatch();
  const attempts = "select sum(attempt)::int as attempts from scheduler.jobs";
  const before = await rows(attempts);
  await lookAfterRuns(lab.engine);
  expect(await rows(attempts)).toEqual(before);
  lab.test.shiftMs = 40_000;
  await lookAfterRuns(lab.engine);
  expect((await slots()).length).toBeGreaterThan(99);
});

it("leaves a job whose next try is far away out of the queue until it is near", async () => {
  await plan();
  const [{ job_id: id }] = await rows(
    `select job_id from scheduler.jobs where run_id = '${key.runId}' limit 1`,
  );
  await rows(`update scheduler.jobs set not_before = now() + interval '10 minutes' where job_id = '${id}'`);
  expect(await dispatch()).toBe(images - 1);
  lab.test.shiftMs = 9 * 60_000 + 30_000;
  await lookAfterRuns(lab.engine);
  expect(await rows(`select state from scheduler.jobs where job_id = '${id}'`)).toEqual([
    { state: "queued" },
  ]);
});
