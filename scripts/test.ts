/**
 * `npm test`: the checks, then everything that needs servers, which it starts in a data folder of its own.
 *
 *   npm test                        everything
 *   npm test -- store/runs          only test files whose path matches, without the checks
 *   npm test -- --use-env           meet the servers of the TEST_… variables that are set
 *   npm test -- --keep              leave the data folder for a look
 *
 * The last line says `N passed, N failed`.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { abortOnInterrupt } from "./stack/interrupt.ts";
import { startMark } from "./stack/process-identity.ts";
import { startServers, type RunningServers, type ServerName } from "./stack/stack.ts";
import { Interrupted, StackError } from "./stack/stack-error.ts";
import { stopParts } from "./stack/stop-stack.ts";
import { renderStep, runChecks } from "./testing/checks.ts";
import { listTests, runJest, type TestCounts } from "./testing/run-jest.ts";

const testFolder = path.join(import.meta.dirname, "../.jobengine-test");

/** The variables by which tests find each server. */
const variables: Record<ServerName, (servers: RunningServers) => Record<string, string>> = {
  postgres: (servers) => ({ TEST_POSTGRES_URL: servers.postgresAdminUrl }),
  valkey: (servers) => ({ TEST_VALKEY_URL: servers.valkeyUrl }),
  temporal: (servers) => ({ TEST_TEMPORAL_ADDRESS: servers.temporalAddress }),
  s3: (servers) => ({
    TEST_S3_ENDPOINT: servers.s3Endpoint,
    TEST_S3_ACCESS_KEY: servers.s3AccessKey,
    TEST_S3_SECRET_KEY: servers.s3SecretKey,
  }),
};

const firstVariable: Record<ServerName, string> = {
  postgres: "TEST_POSTGRES_URL",
  valkey: "TEST_VALKEY_URL",
  temporal: "TEST_TEMPORAL_ADDRESS",
  s3: "TEST_S3_ENDPOINT",
};

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const isKept = args.includes("--keep");
  const useEnvironment = args.includes("--use-env");
  const jestArgs = args.filter((arg) => arg !== "--keep" && arg !== "--use-env");

  await sweepLeftovers();
  const counts: TestCounts[] = [];
  if (jestArgs.length === 0) {
    counts.push(...(await runChecks(signal, (result) => console.log(renderStep(result)))));
  } else {
    counts.push(await runJest({ args: ["--selectProjects", "unit", "--", ...jestArgs], show: true, signal }));
  }
  counts.push(...(await runWithServers(jestArgs, { isKept, useEnvironment, signal })));

  const sum = (name: keyof TestCounts) => counts.reduce((total, one) => total + one[name], 0);
  if (sum("skipped") > 0) console.log(`${sum("skipped")} skipped`);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0 ? 0 : 1;
}

/** The projects that need servers: `db` two files at a time, `journey` one after the other. */
async function runWithServers(
  jestArgs: readonly string[],
  options: { isKept: boolean; useEnvironment: boolean; signal: AbortSignal },
): Promise<TestCounts[]> {
  const { signal } = options;
  const filter = jestArgs.length === 0 ? [] : ["--", ...jestArgs];
  const dbTests = await listTests([...project("db"), ...filter], signal);
  const journeyTests = await listTests([...project("journey"), ...filter], signal);
  if (dbTests.length + journeyTests.length === 0) return [];

  const which = (Object.keys(firstVariable) as ServerName[]).filter(
    (name) => !options.useEnvironment || !process.env[firstVariable[name]],
  );
  const dataDir = path.join(testFolder, String(process.pid));
  mkdirSync(dataDir, { recursive: true });
  const servers = await startServers({ dataDir, which, onLine: (line) => console.log(line), signal });
  try {
    const env = Object.assign({}, ...which.map((name) => variables[name](servers))) as Record<string, string>;
    const counts: TestCounts[] = [];
    if (dbTests.length > 0) {
      const args = [...project("db"), "--maxWorkers=2", "--forceExit", ...filter];
      counts.push(await runJest({ args, show: true, env, signal }));
    }
    if (journeyTests.length > 0) {
      // What a failed test left open must not hold the run up; passing ones close what they open.
      const args = [...project("journey"), "--runInBand", "--forceExit", ...filter];
      counts.push(await runJest({ args, show: true, env, signal }));
    }
    return counts;
  } finally {
    await servers.stop();
    if (options.isKept) console.log(`Data and logs stay in ${dataDir}`);
    else rmSync(dataDir, { recursive: true, force: true });
  }
}

function project(name: string): string[] {
  return ["--selectProjects", name];
}

/**
 * Ends the servers of runs that were killed before they could do it themselves. The name of a data folder
 * begins with the pid of the process that made it: this one, or jest for the stack of a journey.
 */
async function sweepLeftovers(): Promise<void> {
  mkdirSync(testFolder, { recursive: true });
  for (const name of readdirSync(testFolder)) {
    if (startMark(Number.parseInt(name, 10)) !== undefined) continue;
    await stopParts(path.join(testFolder, name));
    rmSync(path.join(testFolder, name), { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main(process.argv.slice(2), abortOnInterrupt());
} catch (error) {
  if (error instanceof Interrupted) process.exitCode = 130;
  else {
    console.error(error instanceof StackError ? error.message : error);
    console.log("0 passed, 1 failed");
    process.exitCode = 1;
  }
}
