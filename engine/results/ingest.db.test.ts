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
