import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { runCommand } from "../stack/run-command.ts";

const jest = createRequire(import.meta.url).resolve("jest/bin/jest");

/** What came of one jest run. A file that could not be run at all counts as one failed test. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface JestRun extends TestCounts {
  /** What jest printed, where it was collected. */
  readonly output: string;
}

/** Runs jest with the arguments and counts. `show` lets its output through, else it is collected. */
export async function runJest(options: {
  readonly args: readonly string[];
  readonly show: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}): Promise<JestRun> {
  const folder = mkdtempSync(path.join(tmpdir(), "jobengine-jest-"));
  const report = path.join(folder, "report.json");
  try {
    const run = await runCommand({
      command: process.execPath,
      args: [jest, "--passWithNoTests", "--json", `--outputFile=${report}`, ...options.args],
      env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}), ...options.env },
      output: options.show ? "inherit" : "pipe",
      signal: options.signal,
    });
    return { ...readCounts(report, run.code), output: run.output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The test files that jest would run for these arguments. */
export async function listTests(args: readonly string[], signal: AbortSignal): Promise<string[]> {
  const run = await runCommand({
    command: process.execPath,
    args: [jest, "--listTests", "--passWithNoTests", ...args],
    signal,
  });
  return run.stdout.split("\n").filter((line) => line.startsWith("/"));
}

function readCounts(report: string, code: number | null): TestCounts {
  let counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const result = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
    counts = {
      passed: result["numPassedTests"] ?? 0,
      failed: (result["numFailedTests"] ?? 0) + (result["numRuntimeErrorTestSuites"] ?? 0),
      skipped: (result["numPendingTests"] ?? 0) + (result["numTodoTests"] ?? 0),
    };
  } catch {
    // jest ended before it could write: its exit code below is all there is.
  }
  // A failed run that names no failed test (a broken configuration, a leaked error) is a failure all the same.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
