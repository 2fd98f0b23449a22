import path from "node:path";
import { renderResult } from "../../conformance/runner/report.ts";
import type { ScenarioResult } from "../../conformance/runner/run-scenario.ts";
import { runScenarios } from "../../conformance/runner/run-scenarios.ts";
import { transports } from "../../conformance/runner/scenario.ts";
import { sideBySideOver } from "../../conformance/testing/failures-of.ts";
import { scenariosOver } from "../../conformance/scenarios/all.ts";

const program = path.join(import.meta.dirname, "../conformance/worker.ts");

describe.each(transports)("over %s", (transport) => {
  const scenarios = scenariosOver(transport);
  let results: readonly ScenarioResult[] = [];

  beforeAll(async () => {
    results = await runScenarios(scenarios, {
      valkeyUrl: process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379",
      command: `${JSON.stringify(process.execPath)} ${JSON.stringify(program)}`,
      transport,
      sideBySide: sideBySideOver[transport],
    });
  }, 600_000);

  test.each(scenarios.map(({ name }) => [name]))("%s", (name) => {
    const result = results.find((one) => one.name === name);
    expect(result && result.verdict !== "failed" ? "" : result && renderResult(result)).toBe("");
  });
});
