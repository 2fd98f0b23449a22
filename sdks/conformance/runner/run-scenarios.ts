import { type RunOptions, runScenario, type ScenarioResult } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";

/** Runs scenarios a few at a time and answers in their order; `onResult` hears of each as it ends. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  options: RunOptions & {
    readonly sideBySide: number;
    readonly onResult?: (result: ScenarioResult) => void;
  },
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  let next = 0;
  const work = async () => {
    while (next < scenarios.length) {
      const at = next++;
      const scenario = scenarios[at];
      if (scenario === undefined || options.signal?.aborted === true) return;
      const result = await runScenario(scenario, options);
      results[at] = result;
      options.onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.sideBySide) }, work));
  return results.filter((result) => result !== undefined);
}
