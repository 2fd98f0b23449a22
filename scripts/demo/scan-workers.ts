import { readState, writeState, type Part } from "../stack/state.ts";
import path from "node:path";
import { paths } from "../stack/data-folder.ts";
import { projectRoot } from "../stack/roles/role.ts";
import { scanWorker } from "../stack/roles/scan-worker.ts";
import type { StackDescription } from "../stack/stack.ts";
import { startProcess } from "../stack/start-process.ts";

/** Scan workers beside the one that belongs to every stack. */
export interface ScanWorkers {
  /** All of them, with the stack's own. */
  readonly count: number;
  readonly slotsPerWorker: number;
  /** The one that will be killed. */
  readonly victim: { readonly name: string; readonly pid: number };
  /** Takes the victim out of the stack's state once it is dead, so that the stack counts as whole. */
  forgetVictim(): void;
}

/**
 * Starts more processes of the bundled scan worker. They are written into the stack's state as soon as they
 * exist: whoever stops the stack stops them, too.
 */
export function startScanWorkers(
  stack: StackDescription,
  count: number,
  slotsPerWorker: number,
): ScanWorkers {
  const parts: Part[] = [];
  for (let number = 2; number <= count; number++) parts.push(startScanWorker(stack, number, slotsPerWorker));
  const victim = parts.at(-1);
  if (victim === undefined) throw new Error("there is no worker to spare");
  return {
    count,
    slotsPerWorker,
    victim,
    forgetVictim: () => changeParts(stack, (known) => known.filter(({ name }) => name !== victim.name)),
  };
}

function startScanWorker(stack: StackDescription, number: number, slots: number): Part {
  const name = `${scanWorker.name}-${number}`;
  const log = paths.log(stack.dataDir, name);
  const started = startProcess(
    name,
    {
      command: process.execPath,
      args: [path.join(projectRoot, scanWorker.entry)],
      env: {
        JOBENGINE_API_URL: stack.schedulerUrl ?? "",
        JOBENGINE_WORKER_KEY: stack.workerKey ?? "",
        JOBENGINE_WORKER_CONCURRENCY: String(slots),
      },
      stopSignal: "SIGTERM",
    },
    log,
  );
  const part: Part = {
    ...started.process,
    name,
    title: name,
    ports: {},
    means: scanWorker.entry,
    launchDigest: name,
    log,
  };
  changeParts(stack, (known) => [...known, part]);
  return part;
}

function changeParts({ dataDir }: StackDescription, change: (parts: readonly Part[]) => Part[]): void {
  const state = readState(dataDir);
  if (state !== undefined) writeState(dataDir, { ...state, parts: change(state.parts) });
}
