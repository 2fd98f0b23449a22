import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { databaseUrl, projectRoot, type RolePlace } from "./roles/role.ts";
import { mustRun } from "./run-command.ts";
import { keepWorkerKey, type Secrets } from "./secrets.ts";
import { StackError } from "./stack-error.ts";

type Target = Pick<RolePlace, "dataDir" | "addresses" | "secrets">;

/** Creates roles and database where they are missing and applies outstanding migrations. */
export async function migrateDatabase(target: Target, signal?: AbortSignal): Promise<void> {
  await runScript("scripts/migrate.ts", [], target, signal);
}

/**
 * Makes sure that workers have a key and answers the secrets with it. A stack mints one key in its life.
 * Without the script that mints there is nobody to use a key either.
 */
export async function ensureWorkerKey(target: Target, signal?: AbortSignal): Promise<Secrets> {
  const script = "scripts/mint-worker-key.ts";
  if (target.secrets.workerKey !== undefined || !existsSync(path.join(projectRoot, script)))
    return target.secrets;
  const output = await runScript(script, ["--json"], target, signal);
  const minted = z.object({ workerKey: z.string() }).safeParse(parseLastLine(output));
  if (!minted.success) throw new StackError(`${script} printed no worker key: ${output.slice(0, 200)}`);
  return keepWorkerKey(target.dataDir, target.secrets, minted.data.workerKey);
}

async function runScript(
  script: string,
  args: readonly string[],
  target: Target,
  signal: AbortSignal | undefined,
): Promise<string> {
  const finished = await mustRun({
    command: process.execPath,
    args: [path.join(projectRoot, script), ...args],
    cwd: projectRoot,
    env: {
      ...process.env,
      JOBENGINE_DATABASE_ADMIN_URL: target.addresses.postgresAdminUrl,
      JOBENGINE_DATABASE_OWNER_URL: databaseUrl(target, "owner"),
      JOBENGINE_DATABASE_URL: databaseUrl(target, "app"),
      JOBENGINE_DATABASE_ENGINE_URL: databaseUrl(target, "engine"),
      JOBENGINE_VALKEY_URL: target.addresses.valkeyUrl,
    },
    signal,
    timeoutMs: 5 * 60_000,
  });
  return finished.stdout;
}

function parseLastLine(output: string): unknown {
  try {
    return JSON.parse(output.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
}
