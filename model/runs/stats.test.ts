import * as fc from "fast-check";
import { timeParts } from "./stats.ts";

test("a finished run is cut at its milestones", () => {
  const run = {
    createdAtMs: 100,
    plannedAtMs: 130,
    startedAtMs: 150,
    lastResultAtMs: 400,
    finishedAtMs: 410,
  };
  expect(timeParts(run, 9_999)).toEqual({ planner: 30, queue: 20, execution: 250, postProcessing: 10 });
});

test("an open run spends its time in the part that it is in", () => {
  expect(timeParts({ createdAtMs: 100 }, 150)).toEqual({
    planner: 50,
    queue: 0,
    execution: 0,
    postProcessing: 0,
  });
  expect(timeParts({ createdAtMs: 100, plannedAtMs: 120 }, 150)).toEqual({
    planner: 20,
    queue: 30,
    execution: 0,
    postProcessing: 0,
  });
  expect(
    timeParts({ createdAtMs: 100, plannedAtMs: 120, startedAtMs: 130, lastResultAtMs: 140 }, 150),
  ).toEqual({
    planner: 20,
    queue: 10,
    execution: 20,
    postProcessing: 0,
  });
});

test("whatever the milestones, the parts are not negative and sum to the whole", () => {
  const atMs = fc.option(fc.nat(1_000), { nil: undefined });
  const run = fc.record({
    createdAtMs: fc.nat(1_000),
    plannedAtMs: atMs,
    startedAtMs: atMs,
    lastResultAtMs: atMs,
    finishedAtMs: atMs,
  });
  fc.assert(
    fc.property(run, fc.nat(2_000), (milestones, nowMs) => {
      const parts = Object.values(timeParts(milestones, nowMs));
      const whole = Math.max(0, (milestones.finishedAtMs ?? nowMs) - milestones.createdAtMs);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(whole);
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
    }),
  );
});
