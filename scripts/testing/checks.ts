import { createRequire } from "node:module";
import path from "node:path";
import { runCommand } from "../stack/run-command.ts";
import { runJest, type TestCounts } from "./run-jest.ts";

const root = path.join(import.meta.dirname, "../..");

/** How one step went. `output` is worth showing when it failed. */
export interface StepResult extends TestCounts {
  readonly name: string;
  readonly isOk: boolean;
  readonly seconds: number;
  readonly output: string;
}

type Step = (signal: AbortSignal) => Promise<{ isOk: boolean; output: string; counts?: TestCounts }>;

const steps: Readonly<Record<string, Step>> = {
  format: tool("oxfmt", "bin/oxfmt", ["--check", "."]),
  lint: tool("oxlint", "bin/oxlint", ["--max-warnings=0"]),
  types: tool("typescript", "bin/tsc", ["--noEmit", "-p", "."]),
  // The architecture test and the replays of stored workflow histories are unit tests, too.
  unit: async (signal) => {
    const run = await runJest({ args: ["--selectProjects", "unit"], show: false, signal });
    return { isOk: run.failed === 0, output: run.output, counts: run };
  },
};

/** Format, lint, types and unit tests at the same time; `onStep` hears of each when it is done. */
export async function runChecks(
  signal: AbortSignal,
  onStep: (result: StepResult) => void,
): Promise<readonly StepResult[]> {
  return Promise.all(
    Object.entries(steps).map(async ([name, step]) => {
      const started = Date.now();
      const { isOk, output, counts } = await step(signal);
      const seconds = (Date.now() - started) / 1000;
      const fallback = { passed: 0, failed: isOk ? 0 : 1, skipped: 0 };
      const result: StepResult = { name, isOk, seconds, output, ...fallback, ...counts };
      onStep(result);
      return result;
    }),
  );
}

/** One line for a step, and its whole output when it failed. */
export function renderStep(result: StepResult): string {
  const tests = result.passed > 0 ? `   ${result.passed} tests` : "";
  const line = `${result.isOk ? "ok  " : "FAIL"}  ${result.name.padEnd(8)} ${result.seconds.toFixed(1).padStart(5)} s${tests}`;
  return result.isOk ? line : `${line}\n${result.output.trim()}\n`;
}

function tool(packageName: string, script: string, args: readonly string[]): Step {
  return async (signal) => {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    const run = await runCommand({
      command: process.execPath,
      args: [path.join(path.dirname(manifest), script), ...args],
      cwd: root,
      signal,
    });
    return { isOk: run.code === 0, output: run.output };
  };
}
