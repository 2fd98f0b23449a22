/**
 * Records the golden histories that `workflows/replay.test.ts` replays: `node scripts/record-histories.ts`
 * with the TEST_… variables of running servers (`npm test -- --keep` shows them). Record again only when a
 * change of a workflow is meant to break replay, and say so in its commit; keep those of the last two releases.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, Connection } from "@temporalio/client";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { NativeConnection, Worker } from "@temporalio/worker";
import { createSchedulerActivities } from "../activities/scheduler-activities.ts";
import { cancelRun } from "../engine/runs/cancel.ts";
import { startRunWorkflow } from "../engine/runs/start.ts";
import { ensureSearchAttributes } from "../platform/temporal/search-attributes.ts";
import { createWorkflows } from "../platform/temporal/workflows.ts";
import { createRunLab, type RunLab } from "../test/support/run-lab.ts";
import {
  dispatchTaskQueueOf,
  searchAttributes,
  tickerSignals,
  workflowIds,
  workflowTypes,
} from "../workflows/contract.ts";

const root = path.join(import.meta.dirname, "..");
const golden = path.join(root, "workflows/golden");

/** Each recording drives one execution to the state that its name says, and answers its workflow id. */
const recordings: Record<string, (lab: RunLab) => Promise<string>> = {
  "run-completed": async (lab) => {
    const key = await startRun(lab, { selection: { scope: "all" } });
    await untilRun(lab, key, (run) => run.jobs_total > 0);
    await lab.workAll();
    await lab.ingestAll();
    return finished(lab, key);
  },
  "run-nothing-to-do": async (lab) => {
    const key = await startRun(lab, { selection: { scope: "namespace", namespaces: ["none"] } });
    return finished(lab, key);
  },
  "run-cancelled": async (lab) => {
    const key = await startRun(lab, { selection: { scope: "all" }, force: true });
    await untilRun(lab, key, (run) => run.jobs_total > 0);
    const worker = lab.queue.worker("golden");
    const [job] = (await worker.claim(1)).jobs;
    await cancelRun(lab.engine, key, "ann");
    await sleep(300);
    if (job !== undefined) await worker.settle([job], { status: "cancelled" });
    await lab.ingestAll();
    return finished(lab, key);
  },
  "run-failed": async (lab) => {
    const key = await lab.createRun();
    await lab.test.owner.query(
      `update scheduler.runs set request = '{"selection": 7}' where run_id = '${key.runId}'`,
    );
    await startRunWorkflow(lab.engine, key);
    return finished(lab, key);
  },
  "run-checked-by-timer": async (lab) => {
    const key = await startRun(lab, { selection: { scope: "all" }, force: true });
    await untilRun(lab, key, (run) => run.jobs_total > 0);
    await sleep(6_000);
    await lab.workAll();
    await lab.ingestAll();
    return finished(lab, key);
  },
  ticker: async (lab) => {
    const workflowId = `${workflowIds.scheduleTicker(0)}-golden`;
    const arg = { shard: 0 };
    const start = { type: workflowTypes.scheduleTicker, workflowId, taskQueue: queue, arg };
    await lab.engine.workflows.signalWithStart(start, tickerSignals.nudge);
    await sleep(500);
    await lab.engine.workflows.signal(workflowId, tickerSignals.nudge);
    await sleep(500);
    return workflowId;
  },
};

type Key = { tenant: string; runId: string };

const queue = `golden-${process.pid}`;

async function startRun(lab: RunLab, request: object): Promise<Key> {
  const key = await lab.createRun(request);
  await startRunWorkflow(lab.engine, key);
  return key;
}

async function untilRun(lab: RunLab, key: Key, holds: (run: Awaited<ReturnType<RunLab["run"]>>) => boolean) {
  while (!holds(await lab.run(key))) await sleep(20);
}

async function finished(lab: RunLab, key: Key): Promise<string> {
  await untilRun(lab, key, (run) => run.finished_at !== null);
  await sleep(300);
  return workflowIds.run(key.tenant, key.runId);
}

async function main(): Promise<void> {
  const address = process.env["TEST_TEMPORAL_ADDRESS"] ?? "127.0.0.1:7233";
  const client = new Client({ connection: await Connection.connect({ address }) });
  await ensureSearchAttributes(
    client,
    Object.values(searchAttributes).map(({ name }) => name),
  );
  const lab = await createRunLab();
  const workflows = createWorkflows(client);
  // The recording has a task queue of its own: other workers of this server must not take part.
  const engine = {
    ...lab.engine,
    workflows: {
      ...workflows,
      start: (r: Parameters<typeof workflows.start>[0]) => workflows.start({ ...r, taskQueue: queue }),
    },
  };
  Object.assign(lab.engine, engine);
  const connection = await NativeConnection.connect({ address });
  const activities = createSchedulerActivities(engine);
  const worker = await Worker.create({
    connection,
    taskQueue: queue,
    workflowsPath: path.join(import.meta.dirname, "../workflows/bundle.ts"),
    activities,
  });
  const dispatcher = await Worker.create({ connection, taskQueue: dispatchTaskQueueOf(queue), activities });
  for (let image = 0; image < 3; image++)
    await lab.addImage(`shop:${image}`, [`pkg:npm/lodash@4.17.${image}`]);
  mkdirSync(golden, { recursive: true });
  const recordAll = async () => {
    for (const [name, record] of Object.entries(recordings)) {
      const workflowId = await record(lab);
      const handle = client.workflow.getHandle(workflowId);
      const history = historyToJSON(await handle.fetchHistory());
      // Stack traces hold paths of this machine, which are nobody's business and no part of a replay.
      writeFileSync(path.join(golden, `${name}.json`), `${history.replaceAll(root, "")}\n`);
      console.log(`${name}: recorded`);
      if (name === "ticker") await handle.terminate("recorded");
    }
  };
  await worker.runUntil(() => dispatcher.runUntil(recordAll));
  await lab.close();
  await connection.close();
  await client.connection.close();
}

await main();
process.exit(0);
