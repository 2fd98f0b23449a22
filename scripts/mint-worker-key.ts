/**
 * Prints a new worker key: `node scripts/mint-worker-key.ts [--pool NAME] [--json]`, with
 * JOBENGINE_DATABASE_ENGINE_URL and JOBENGINE_VALKEY_URL in the environment. It is shown once.
 */
import { parseArgs } from "node:util";
import { mintWorkerKey } from "../engine/worker-keys/mint.ts";
import { connectPostgres } from "../platform/postgres/connect.ts";
import { connectValkey } from "../platform/valkey/connect.ts";
import { createWorkerUsers } from "../platform/valkey/worker-users.ts";
import type { Tables } from "../store/tables.ts";

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    console.error(`${name} is not set. docs/configuration.md says what it is.`);
    process.exit(2);
  }
  return value;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { pool: { type: "string", default: "default" }, json: { type: "boolean", default: false } },
  });
  const kysely = connectPostgres<Tables>({
    url: required("JOBENGINE_DATABASE_ENGINE_URL"),
    applicationName: "mint-worker-key",
    maxConnections: 1,
    onIdleError: () => undefined,
  });
  const valkey = await connectValkey({
    url: required("JOBENGINE_VALKEY_URL"),
    caFile: process.env["JOBENGINE_VALKEY_CA_FILE"],
    name: "mint-worker-key",
  });
  try {
    const database = { kysely, clock: (now: Date) => now };
    const workerKey = await mintWorkerKey({ database, workerUsers: createWorkerUsers(valkey) }, values.pool);
    console.log(values.json ? JSON.stringify({ workerKey }) : workerKey);
  } finally {
    valkey.disconnect();
    await kysely.destroy();
  }
}

void main();
