import { renderResult } from "../runner/report.ts";
import { runScenarios } from "../runner/run-scenarios.ts";
import type { Transport } from "../runner/scenario.ts";
import { scenariosOver } from "../scenarios/all.ts";

/** Over HTTPS the proxy, the scripted side and the engine's routes share this process: fewer at the same time. */
export const sideBySideOver: Readonly<Record<Transport, number>> = { valkey: 4, https: 3 };

/** Runs the whole suite against a worker program on the test server; answers the report of each failure. */
export async function failuresOf(command: string, transport: Transport = "valkey"): Promise<string[]> {
  const results = await runScenarios(scenariosOver(transport), {
    valkeyUrl: process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379",
    command,
    transport,
    sideBySide: sideBySideOver[transport],
  });
  return results.filter(({ verdict }) => verdict === "failed").map((result) => renderResult(result));
}
