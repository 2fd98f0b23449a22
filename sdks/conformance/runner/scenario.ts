import type { Settled } from "../engine/results.ts";
import type { Engine, JobToDo } from "../engine/start-engine.ts";
import type { Link } from "../link/link.ts";
import type { Wire } from "../link/wire.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** The ways by which a worker reaches its queue. */
export const transports = ["valkey", "https"] as const;
export type Transport = (typeof transports)[number];

/** What a scenario needs from its surroundings. */
export interface Setting {
  readonly leaseMs: number;
  readonly beatMs: number;
  readonly highWater: number;
  /** A Valkey of its own, that it may flush and restart. */
  readonly ownServer: boolean;
  /** The only transport for which it has a meaning; both where it does not say. */
  readonly only: Transport;
}

export interface WorkerSetting {
  readonly concurrency?: number;
  readonly drainGraceMs?: number;
  /** Instead of the right one. */
  readonly workerKey?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** One engine with one queue, the link to it, and the workers that were started against it. */
export interface World {
  readonly engine: Engine;
  readonly link: Link;
  readonly wire: Wire;
  readonly transport: Transport;
  readonly leaseMs: number;
  readonly beatMs: number;
  /** Breaks the worker's connections, at the server where it can; answers how many there were. */
  killConnections(): Promise<number>;
  /** Kills the server and starts an empty one; only with a server of its own. */
  restartServer(): Promise<void>;
  start(setting?: WorkerSetting): WorkerProcess;
  /** Starts a worker and waits until it is idle. */
  startIdle(setting?: WorkerSetting): Promise<WorkerProcess>;
  /** Enqueues a job of that kind; the payload is sent as JSON. */
  enqueue(job: string, kind: string, payload: unknown, more?: Partial<JobToDo>): Promise<void>;
  /** Waits until so many results that count lie on the stream and answers them, stale ones left out. @throws Mismatch */
  results(count: number, limitMs?: number): Promise<Settled[]>;
  /** Waits until the worker has the job in hand and its handler runs. @throws Mismatch */
  untilLeased(job: string, attempt?: number): Promise<void>;
  /** Waits for what the words say. @throws Mismatch when it does not come */
  until(what: string, isTrue: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
  /** Says something worth knowing in the report, a number above all. */
  note(text: string): void;
}

export interface Scenario {
  /** `subject: what the worker does`, unique. */
  readonly name: string;
  readonly setting?: Partial<Setting>;
  readonly timeLimitMs?: number;
  /** @throws Mismatch when the worker does something else, Skipped when it cannot be tried here */
  readonly run: (world: World) => Promise<void>;
}

export function defineScenario(
  name: string,
  setting: Partial<Setting> & { readonly timeLimitMs?: number },
  run: Scenario["run"],
): Scenario {
  const { timeLimitMs, ...rest } = setting;
  return { name, setting: rest, run, ...(timeLimitMs === undefined ? {} : { timeLimitMs }) };
}
