import path from "node:path";
import { readState } from "../stack/state.ts";
import { killNow } from "../stack/stop-process.ts";
import { startStack, stopStack, type StackDescription } from "../stack/stack.ts";
import { countLanguages, findWorkerPrograms } from "../workers/find-programs.ts";
import type { DemoArguments } from "./arguments.ts";
import { createApiClient } from "./api-client.ts";
import { deleteDemoData, prepareDemoFolder } from "./demo-folder.ts";
import { openQueueView } from "./queue-view.ts";
import { startScanWorkers, type ScanWorkers } from "./scan-workers.ts";
import { advisoryArrives } from "./scenes/advisory-arrives.ts";
import { farewell } from "./scenes/farewell.ts";
import { fill } from "./scenes/fill.ts";
import { firstRun } from "./scenes/first-run.ts";
import { nothingToDo } from "./scenes/nothing-to-do.ts";
import { fireSchedule } from "./scenes/schedule.ts";
import { workerKilled } from "./scenes/worker-killed.ts";
import type { Screen } from "./show/screen.ts";
import type { Material, Story } from "./story.ts";
import { until } from "./until.ts";

const slotsPerWorker = 4;
/** Short, so that a killed worker is found out while one watches. */
const leaseSeconds = 6;
const beatSeconds = 1.5;

/** Starts a stack, plays all scenes on it and stops it again, whatever happens (or leaves it, when asked to). */
export async function tellStory(
  args: DemoArguments,
  material: Material,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const begunMs = performance.now();
  await prepareDemoFolder(args.dataDir, signal);
  const disarm = killAtExit(args.dataDir);
  let isTold = false;
  try {
    const { stack, workers } = await bringUp(args, screen, signal);
    const api = createApiClient(stack.schedulerUrl ?? "", signal);
    await playScenes({ ...material, screen, api, stack, workers, signal }, args);
    isTold = true;
  } finally {
    if (!isTold || !args.shouldKeep) await bringDown(args, screen, isTold);
    disarm();
  }
  const seconds = Math.round((performance.now() - begunMs) / 1_000);
  screen.title(`Every scene held. ${seconds} s in all${args.shouldKeep ? "; it goes on running." : "."}`);
}

async function playScenes(story: Story, args: DemoArguments): Promise<void> {
  await fill(story);
  const fired = await fireSchedule(story);
  await firstRun(story, fired);
  await nothingToDo(story);
  await advisoryArrives(story);
  await workerKilled(story);
  await farewell(story, fired.runId, args.shouldKeep, args.dataDir);
}

async function bringUp(
  { dataDir }: DemoArguments,
  screen: Screen,
  signal: AbortSignal,
): Promise<{ stack: StackDescription; workers: ScanWorkers }> {
  screen.scene("The stack comes up");
  const environment = {
    JOBENGINE_QUEUE_LEASE_SECONDS: String(leaseSeconds),
    JOBENGINE_QUEUE_BEAT_SECONDS: String(beatSeconds),
    JOBENGINE_WORKER_CONCURRENCY: String(slotsPerWorker),
  };
  const onLine = (line: string) => screen.say(line);
  const finding = findWorkerPrograms({ onLine, signal });
  finding.catch(() => {}); // Heard of below, when the stack is there.
  const stack = await startStack({ dataDir, environment, onLine, signal });
  const { programs, missing } = await finding;
  for (const why of missing) screen.leftOut(why);
  const workers = await startScanWorkers(stack, programs, slotsPerWorker);
  const queue = await openQueueView(stack.valkeyUrl);
  try {
    await until("all scan workers are there", { signal, withinMs: 30_000 }, async () =>
      (await queue.stats()).workersAlive >= workers.all.length ? true : undefined,
    );
  } finally {
    await queue.close();
  }
  screen.held(`Workers: ${countLanguages(workers.all)}; ${slotsPerWorker} slots each`);
  screen.say(`lease ${leaseSeconds} s, beat ${beatSeconds} s`);
  return { stack, workers };
}

/** Stops everything. The data go too when all went well, and stay for a look at the logs when not. */
async function bringDown({ dataDir }: DemoArguments, screen: Screen, isTold: boolean): Promise<void> {
  // Not with the signal of the user, which may be what brought us here: stopping must not be cut short.
  const unhurried = new AbortController().signal;
  screen.say("Stopping everything …");
  await stopStack({ dataDir, onLine: (line) => screen.say(line) });
  if (isTold) await deleteDemoData(dataDir, unhurried);
  screen.say(isTold ? "Everything is stopped." : `Everything is stopped; the logs are in ${dataDir}/logs`);
}

/** The net under `finally`: an error that nobody caught ends this process at once. */
function killAtExit(dataDir: string): () => void {
  const killAll = () => readState(path.resolve(dataDir))?.parts.forEach((part) => killNow(part));
  process.on("exit", killAll);
  return () => void process.off("exit", killAll);
}
