import { renderResult, renderSummary, summarize } from "./report.ts";
import type { ScenarioResult } from "./run-scenario.ts";

const passed: ScenarioResult = { name: "work: one", verdict: "passed", seconds: 1.24, notes: ["2 ms"] };
const failed: ScenarioResult = {
  name: "beat: two",
  verdict: "failed",
  seconds: 12,
  notes: [],
  expected: "a beat",
  came: "nothing",
  log: ["last words"],
};
const skipped: ScenarioResult = { name: "clock", verdict: "skipped", seconds: 0, notes: [], why: "no clock" };

test("a line says verdict, time, name and what is worth knowing", () => {
  expect(renderResult(passed)).toBe("ok      1.2 s  work: one (2 ms)");
  expect(renderResult(skipped)).toBe("skip    0.0 s  clock (no clock)");
});

test("a failure says what was expected, what came and what the worker said", () => {
  expect(
    renderResult(failed)
      .split("\n")
      .map((line) => line.trim()),
  ).toEqual(["FAIL   12.0 s  beat: two", "expected  a beat", "came      nothing", "worker    last words"]);
});

test("the summary counts each verdict", () => {
  expect(renderSummary(summarize([passed, failed, skipped, passed]), 3)).toBe(
    "2 passed, 1 failed, 1 skipped in 3.0 s",
  );
});
