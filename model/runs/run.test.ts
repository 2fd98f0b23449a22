import { run } from "./run.ts";

const least = {
  schemaVersion: "scheduler.run@1",
  id: `run_${"0".repeat(32)}`,
  tenantId: "acme",
  trigger: "manual",
  state: "planning",
  mode: "analysis-only",
  pool: "default",
  reason: { text: "" },
  stats: { planner: 0, queue: 0, execution: 0, postProcessing: 0 },
  counts: { planned: 0, fresh: 0, succeeded: 0, failed: 0, incomplete: 0, cancelled: 0 },
  segments: { total: 0, open: 0, parked: 0 },
  coverage: { components: 0, matchable: 0 },
  findings: { newFindings: 0, newCritical: 0, newHigh: 0, fixed: 0, imagesChanged: 0 },
  correlationId: "c-1",
  createdAt: "2026-05-01T08:30:00.000Z",
  createdBy: "ann",
};

test("a run that was just created needs no milestones and has no deltas", () => {
  expect(run.parse(least)).toEqual(least);
});

test.each([
  ["a state spelled with one l", { state: "canceled" }],
  ["an unknown trigger", { trigger: "feed" }],
  ["an error code of another kind", { error: { code: "BOOKS", message: "" } }],
  ["a negative count", { segments: { total: 1, open: 0, parked: -1 } }],
])("%s is refused", (_, field) => {
  expect(run.safeParse({ ...least, ...field }).success).toBe(false);
});
