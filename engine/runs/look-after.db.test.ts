import { createRunLab, type RunLab } from "../../test/support/run-lab.ts";
import { lookAfterRuns } from "./look-after.ts";

let lab: RunLab;
let key: { tenant: string; runId: string };
beforeEach(async () => {
  lab = await createRunLab();
  await lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  key = await lab.createRun();
});
afterEach(() => lab.close());

/** The engine after somebody has terminated all workflows in the Temporal UI. */
const deaf = () => ({
  ...lab.engine,
  workflows: { ...lab.engine.workflows, signal: () => Promise.resolve(false) },
});

it("closes a run whose workflow is gone when nothing of it is open any more", async () => {
  await lab.planAndDispatch(key);
  await lookAfterRuns(deaf());
  expect(await lab.run(key)).toMatchObject({ state: "queued" });
  await lab.workAll();
  await lab.ingestAll();
  await lookAfterRuns(deaf());
  expect(await lab.run(key)).toMatchObject({ state: "completed", images_succeeded: 1 });
});

it("ends a run in error whose workflow is gone before it was planned", async () => {
  await lookAfterRuns(deaf());
  expect(await lab.run(key)).toMatchObject({ state: "planning" });
  await lab.test.owner.query("update scheduler.runs set workflow_started_at = now() - interval '1 hour'");
  await lookAfterRuns(lab.engine);
  expect(await lab.run(key)).toMatchObject({ state: "planning" });
  await lookAfterRuns(deaf());
  expect(await lab.run(key)).toMatchObject({ state: "error", error_code: "ERR_RUN_ENGINE" });
});
