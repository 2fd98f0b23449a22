import path from "node:path";
import pg from "pg";
import { waitForEnd } from "./wait-for-end.ts";
import { startExtraPart } from "../stack/extra-part.ts";
import { choosePort } from "../stack/ports.ts";
import { isAlive } from "../stack/process-identity.ts";
import { projectRoot } from "../stack/roles/role.ts";
import { schedulerWorker } from "../stack/roles/scheduler-worker.ts";
import { readOrCreateSecrets } from "../stack/secrets.ts";
import { type StackDescription, startStack, stopStack } from "../stack/stack.ts";
import { readState, type Part } from "../stack/state.ts";
import { startWorker } from "../workers/start-worker.ts";
import type { WorkerProgram } from "../workers/worker-program.ts";
import { createPatientApi, type PatientApi } from "./patient-api.ts";

/** The stack that faults are done to: everything of `npm run up`, a fleet of workers, a second scheduler-worker. */
export interface World {
  readonly dataDir: string;
  readonly stack: StackDescription;
  readonly api: PatientApi;
  /** PostgreSQL as the superuser; a query fails while the server is away. */
  readonly sql: pg.Pool;
  readonly workers: readonly FleetWorker[];
  /** The part of this name as it runs now. */
  part(name: string): Part;
  /** Kills a part with SIGKILL and returns when it is gone. */
  kill(name: string): Promise<void>;
  /** Starts whatever is dead again, as a supervisor would; answers what it started. */
  revive(): Promise<string[]>;
  /** What ended by itself, which nothing may. */
  readonly crashes: readonly string[];
  close(): Promise<void>;
}

export interface FleetWorker {
  readonly name: string;
  readonly language: string;
}

/** The scheduler-worker beside the stack's own. */
export const secondSchedulerWorker = "scheduler-worker-2";

const slotsPerWorker = 4;
/** Short, so that faults bite and what they did heals while one watches. */
const environment = {
  JOBENGINE_QUEUE_LEASE_SECONDS: "3",
  JOBENGINE_QUEUE_BEAT_SECONDS: "0.75",
  JOBENGINE_QUEUE_SEGMENT_IMAGES: "1",
  JOBENGINE_WORKER_CONCURRENCY: String(slotsPerWorker),
  JOBENGINE_LOG_LEVEL: "warn",
};

export interface WorldOptions {
  readonly dataDir: string;
  readonly programs: readonly WorkerProgram[];
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Starts all of it in a data folder of its own. On failure nothing is left running. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { programs, onLine, signal } = options;
  const dataDir = path.resolve(options.dataDir);
  const stackOptions = { dataDir, onLine, environment, signal };
  const supervised = new Map<string, () => Promise<unknown>>();
  const crashes: string[] = [];
  /** Parts that were killed on purpose and not yet started again. */
  const killed = new Set<string>();
  const isMissing = (name: string) => {
    const part = readState(dataDir)?.parts.find((one) => one.name === name);
    return part === undefined || !isAlive(part);
  };
  const noteDead = (): string[] => {
    const dead = (readState(dataDir)?.parts ?? []).filter((part) => !isAlive(part)).map(({ name }) => name);
    crashes.push(...dead.filter((name) => !killed.has(name)));
    return dead;
  };

  let stack: StackDescription = await startStack(stackOptions);
  const sql = new pg.Pool({ connectionString: stack.postgresUrl, max: 2, connectionTimeoutMillis: 5_000 });
  sql.on("error", () => undefined); // PostgreSQL is killed, and idle connections with it.
  const world: World = {
    dataDir,
    get stack() {
      return stack;
    },
    api: createPatientApi(() => stack.schedulerUrl ?? "", signal),
    sql,
    workers: programs.map(({ language }, at) => ({ name: `fleet-${at + 1}`, language })),
    crashes,
    part(name) {
      const part = readState(dataDir)?.parts.find((one) => one.name === name);
      if (part === undefined) throw new Error(`There is no part ${name}.`);
      return part;
    },
    async kill(name) {
      const part = world.part(name);
      killed.add(name);
      process.kill(part.pid, "SIGKILL");
      await waitForEnd(part);
    },
    async revive() {
      const dead = noteDead();
      stack = await startStack(stackOptions);
      for (const [name, start] of supervised) if (isMissing(name)) await start();
      killed.clear();
      return dead;
    },
    async close() {
      await sql.end().catch(() => undefined);
      await stopStack({ dataDir, onLine });
    },
  };
  try {
    const metricsPort = await choosePort("worker", undefined, undefined, signal);
    supervised.set(secondSchedulerWorker, () => startSchedulerWorker(dataDir, metricsPort));
    programs.forEach((program, at) => {
      const name = world.workers[at]?.name ?? "";
      supervised.set(name, () => startWorker(stack, program, { name, slots: slotsPerWorker }));
    });
    for (const start of supervised.values()) await start();
    return world;
  } catch (error) {
    await world.close();
    throw error;
  }
}

async function startSchedulerWorker(dataDir: string, httpPort: number): Promise<Part> {
  const state = readState(dataDir);
  if (state === undefined) throw new Error(`No stack runs in ${dataDir}.`);
  const place = { dataDir, addresses: state.addresses, secrets: readOrCreateSecrets(dataDir), httpPort };
  return startExtraPart(dataDir, {
    name: secondSchedulerWorker,
    command: process.execPath,
    args: [path.join(projectRoot, schedulerWorker.entry)],
    env: { ...schedulerWorker.environment(place), ...environment },
    ports: { http: httpPort },
    means: schedulerWorker.entry,
  });
}
