import { renderResult } from "../runner/report.ts";
import { runScenarios } from "../runner/run-scenarios.ts";
import { scenarios } from "../scenarios/all.ts";

/** Runs the whole suite against a worker program on the test server; answers the report of each failure. */
export async function failuresOf(command: string): Promise<string[]> {
  const results = await runScenarios(scenarios, {
    valkeyUrl: process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379",
    command,
    sideBySide: 4,
  });
  return results.filter(({ verdict }) => verdict === "failed").map((result) => renderResult(result));
}
