import { cancelRun } from "../../../../../engine/runs/cancel.ts";
import { closeRun } from "../../../../../engine/runs/close.ts";
import { type ApiLab, createApiLab } from "../../../../../test/support/api-lab.ts";

let api: ApiLab;
beforeEach(async () => {
  api = await createApiLab();
  for (let image = 0; image < 4; image++)
    await api.lab.addImage(`shop:${image}`, [`pkg:npm/lodash@4.17.${image}`]);
});
afterEach(() => api.close());

const why = { "x-stellaops-operator-reason": "the registry is back" };
const rows = async (text: string) => (await api.lab.test.owner.query(text)).rows;
const keyOf = (run: { id: string }) => ({ tenant: "acme", runId: run.id });
const retry = (id: string, body: object = {}, headers: Record<string, string> = why, tenant = "acme") =>
  api.send("POST", `/runs/${id}/retry`, { body, headers, tenant });

/** A run with one image of each fate: succeeded, parked, invalid, without an SBOM. */
async function mixedRun(): Promise<{ tenant: string; runId: string }> {
  await api.lab.addImage("bare:1", null);
  const key = await api.lab.createRun();
  await api.lab.planAndDispatch(key);
  const w1 = api.lab.queue.worker("w1");
  const [good, parked, invalid, other] = (await w1.claim(4)).jobs;
  for (const job of [good!, other!]) await w1.settle([job], await api.lab.scan(job));
  await w1.settle([invalid!], { status: "failed", error: { class: "input_invalid", message: "bad" } });
  const error = { class: "permanent", message: "gone" };
  await w1.settle([parked!], { status: "failed", error });
  await api.lab.ingestAll();
  const w2 = api.lab.queue.worker("w2");
  await w2.settle((await w2.claim(1)).jobs, { status: "failed", error });
  await api.lab.ingestAll();
  await closeRun(api.lab.engine, key);
  return key;
}

it("runs what failed, was parked or stayed incomplete again, and nothing else", async () => {
  const key = await mixedRun();
  expect(await api.lab.run(key)).toMatchObject({ images_failed: 2, images_incomplete: 1, jobs_parked: 1 });
  await api.lab.addImage("bare:1", ["pkg:npm/a@1.0.0"]);
  const { status, body } = await retry(key.runId);
  expect([status, body]).toMatchObject([
    201,
    { jobs: 1, images: 3, skipped: 0, run: { trigger: "retry", retryOf: key.runId } },
  ]);
  await api.lab.planAndDispatch(keyOf(body.run));
  await untilDone(body.run);
  expect(await api.lab.run(keyOf(body.run))).toMatchObject({
    state: "completed",
    class: "interactive",
    images_planned: 3,
    images_succeeded: 3,
  });
  const failed = `select image_digest from scheduler.run_images where run_id = '${body.run.id}'`;
  const succeeded = `select i.image_digest from scheduler.run_images i where i.run_id = '${key.runId}'
    and exists (select from scheduler.jobs j where j.run_id = i.run_id and j.state = 'succeeded' and j.ordinals @> i.ordinal)`;
  expect(await rows(`${failed} intersect ${succeeded}`)).toEqual([]);
});

it("covers the statuses that were asked for", async () => {
  const key = await mixedRun();
  const { body } = await retry(key.runId, { statuses: ["incomplete"], class: "scheduled" });
  expect(body).toMatchObject({ jobs: 0, images: 1 });
  expect(await api.lab.planAndDispatch(keyOf(body.run))).toMatchObject({
    images_planned: 1,
    class: "scheduled",
  });
  expect(await rows("select 1 from scheduler.parked_jobs where redriven_by is null")).toHaveLength(1);
});

it("leaves out what a redrive has taken up", async () => {
  const key = await mixedRun();
  const first = await api.send("POST", "/jobs/redrive", {
    body: { filter: { runId: key.runId } },
    headers: why,
  });
  expect(await retry(key.runId)).toMatchObject({ status: 409 });
  await api.lab.complete(keyOf(first.body.run));
  const { body } = await retry(key.runId);
  expect(body).toMatchObject({ jobs: 0, images: 2, skipped: 1 });
  expect(await api.lab.planAndDispatch(keyOf(body.run))).toMatchObject({ images_planned: 2 });
});

it("is one at a time, also when two ask at once", async () => {
  const key = await mixedRun();
  const answers = await Promise.all([retry(key.runId), retry(key.runId), retry(key.runId)]);
  expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["201", "409", "409"]);
});

it("finds nothing in a run that succeeded, refuses one that is open, and knows no foreign one", async () => {
  const done = await api.lab.createRun();
  await api.lab.complete(done);
  expect(await retry(done.runId)).toMatchObject({ status: 200, body: { jobs: 0, images: 0 } });
  const open = await api.lab.createRun();
  expect((await retry(open.runId)).status).toBe(409);
  expect((await retry(done.runId, {}, {})).status).toBe(422);
  expect((await retry(done.runId, {}, {}, "other")).status).toBe(404);
});

it("takes the cancelled images of a cancelled run up when asked to", async () => {
  const key = await api.lab.createRun();
  await api.lab.planAndDispatch(key);
  await cancelRun(api.lab.engine, key, "ann");
  await closeRun(api.lab.engine, key);
  expect((await retry(key.runId)).body).toMatchObject({ images: 0 });
  const { body } = await retry(key.runId, { statuses: ["cancelled"] });
  expect(await api.lab.planAndDispatch(keyOf(body.run))).toMatchObject({ images_planned: 4 });
});

/** Works a dispatched run off; jobs of a run with a rate come one after the other. */
async function untilDone(run: { id: string }): Promise<void> {
  while ((await api.lab.run(keyOf(run))).jobs_open > 0) {
    await api.lab.engine.queue.tick();
    await api.lab.workAll();
    await api.lab.ingestAll();
  }
  await closeRun(api.lab.engine, keyOf(run));
}
