import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from "@temporalio/worker";

const folder = path.join(import.meta.dirname, "golden");
const histories = readdirSync(folder).filter((name) => name.endsWith(".json"));

Runtime.install({ logger: new DefaultLogger("ERROR") });

let bundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;
beforeAll(async () => {
  const logger = new DefaultLogger("ERROR");
  bundle = await bundleWorkflowCode({ workflowsPath: path.join(import.meta.dirname, "bundle.ts"), logger });
}, 60_000);

/** Golden histories are of executions that really happened; whoever breaks their replay breaks runs in flight. */
test.each(histories)("today's workflows replay %s", async (name) => {
  const history = JSON.parse(readFileSync(path.join(folder, name), "utf8")) as unknown;
  await Worker.runReplayHistory({ workflowBundle: bundle }, history);
});

test("the workflows bundle holds no library that could reach outside", () => {
  for (const forbidden of [
    "node_modules/pg/",
    "node_modules/kysely/",
    "node_modules/ioredis/",
    "node_modules/pino/",
  ]) {
    expect(bundle.code.includes(forbidden)).toBe(false);
  }
});
