/**
 * The door for programs: `scripts/test.ts` and `scripts/demo` start servers and stacks through it.
 * `npm run up`, `status`, `down` and `reset` are the same functions behind a command line.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { RunningSet } from "./running-set.ts";
import { readOrCreateSecrets } from "./secrets.ts";
import type { ServerName } from "./servers/server.ts";
import { bringUpServers } from "./start-servers.ts";
import { emptyState, removeState, writeState } from "./state.ts";

export type { ServerName } from "./servers/server.ts";
export { StackError, Interrupted } from "./stack-error.ts";

export interface StartServersOptions {
  /** A folder of its own; nobody else may start servers in it. */
  readonly dataDir: string;
  readonly which: readonly ServerName[];
  readonly onLine: (line: string) => void;
  /** When it aborts, what was started is stopped and the call rejects with the abort's reason. */
  readonly signal?: AbortSignal | undefined;
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
  const dataDir = path.resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const secrets = readOrCreateSecrets(dataDir);
  const running = new RunningSet();
  const stop = async () => {
    await running.stopAll();
    removeState(dataDir);
  };
  try {
    const state = await bringUpServers(
      {
        dataDir,
        secrets,
        running,
        which: options.which,
        askedPorts: {},
        isThrowaway: options.isThrowaway ?? true,
        useEnvironment: false,
        onLine: options.onLine,
        signal: options.signal,
      },
      emptyState,
    );
    writeState(dataDir, state);
    const { s3AccessKey, s3SecretKey } = secrets;
    return { ...state.addresses, s3AccessKey, s3SecretKey, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
