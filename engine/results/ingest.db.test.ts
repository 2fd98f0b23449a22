import { DomainError } from "../../model/errors.ts";
import { createRunLab, type RunLab } from "../../test/support/run-lab.ts";
import { reconcile } from "../queue/reconcile.ts";
import { closeRun } from "../runs/close.ts";
import { ingestResults } from "./ingest-stream.ts";

let lab: RunLab;
let key: { tenant: string; runId: string };
beforeEach(async () => {
  lab = await createRunLab();
  for (let image = 0; image < 3; image++)
    await lab.addImage(`shop:${image}`, [`pkg:npm/lodash@4.17.${image}`]);
  key = await lab.createRun();
  await lab.planAndDispatch(key);
});
afterEach(() => lab.close());

const rows = async (text: string) => (await lab.test.owner.query(text)).rows;
const temporalAway = () => Promise.reject(new Error("14 UNAVAILABLE: no connection"));
const blobsAway = () => Promise.reject(new DomainError("unavailable", "The blob store is away."));
const transient = { status: "failed", error: { class: "transient", message: "no luck" } } as const;

it("takes results in while the queue is full: what gets another try stays planned until there is room", async () => {
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  await worker.settle([job!], transient);
  const stats = async () => ({ ...(await lab.engine.queue.stats()), ready: 200_000 });
  const full = { ...lab.engine, queue: { ...lab.engine.queue, stats } };
  expect(await ingestResults(full)).toMatchObject({ accepted: 1 });
  await reconcile(full);
  expect(await rows("select count(*)::int from scheduler.jobs where state = 'planned'")).toEqual([
    { count: 1 },
  ]);
  await reconcile(lab.engine);
  await lab.workAll();
  await lab.ingestAll();
  expect(await closeRun(lab.engine, key)).toMatchObject({ state: "completed", images_succeeded: 3 });
});

it("takes a batch in once while Temporal is away", async () => {
  const other = await lab.createRun({ selection: { scope: "all" }, force: true });
  await lab.planAndDispatch(other);
  await lab.workAll();
  const alone = { ...lab.engine, workflows: { ...lab.engine.workflows, signal: temporalAway } };
  expect(await ingestResults(alone)).toMatchObject({ accepted: 6, late: 0 });
  expect(await rows("select * from scheduler.late_results")).toEqual([]);
});

it("lets small results go on while the blob store is away", async () => {
  const worker = lab.queue.worker("w1");
  const [large] = (await worker.claim(1)).jobs;
  const resultRef = { name: "result.json", digest: `sha256:${"0".repeat(64)}`, bytes: 100_000 };
  await worker.settle([large!], { status: "succeeded", resultRef });
  expect(await lab.workAll(worker)).toBe(2);
  const without = { ...lab.engine, blobs: { ...lab.engine.blobs, head: blobsAway } };
  expect(await ingestResults(without)).toEqual({ accepted: 2, late: 0, ghosts: 0 });
  const { resultsPending } = await lab.engine.queue.stats();
  expect(resultsPending).toBe(1);
});

it("counts a late result although nothing of its run is accepted beside it", async () => {
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  await worker.settle([{ ...job!, attempt: 7 }], transient);
  await lab.ingestAll();
  expect(await lab.run(key)).toMatchObject({ late_results: 1, state: "queued" });
});
