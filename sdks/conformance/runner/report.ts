import type { ScenarioResult } from "./run-scenario.ts";

/** One line for a scenario; below it, for a failure, what was expected and what came. */
export function renderResult(result: ScenarioResult): string {
  const { name, verdict, seconds, notes, why } = result;
  const word = { passed: "ok  ", failed: "FAIL", skipped: "skip" }[verdict];
  const remark = [...notes, ...(why === undefined ? [] : [why])].join("; ");
  const line = `${word}  ${seconds.toFixed(1).padStart(5)} s  ${name}${remark === "" ? "" : ` (${remark})`}`;
  if (verdict !== "failed") return line;
  const details = [`expected  ${result.expected}`, `came      ${result.came}`];
  const log = (result.log ?? []).map((text) => `worker    ${text.slice(0, 300)}`);
  return [
    line,
    ...[...details, ...log].map((text) => `               ${text.replaceAll("\n", "\n               ")}`),
  ].join("\n");
}

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function summarize(results: readonly ScenarioResult[]): Summary {
  const count = (verdict: ScenarioResult["verdict"]) =>
    results.filter((result) => result.verdict === verdict).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}

export function renderSummary(summary: Summary, seconds: number): string {
  const { passed, failed, skipped } = summary;
  return `${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds.toFixed(1)} s`;
}
