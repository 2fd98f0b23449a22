import { workerState, type WorkerSigns } from "./worker.ts";

const here: WorkerSigns = {
  hasLeft: false,
  isOutlived: false,
  silentMs: 10,
  leaseMs: 60_000,
  isDraining: false,
};

test.each([
  ["active", {}],
  ["active", { silentMs: 60_000 }],
  ["draining", { isDraining: true }],
  ["lost", { silentMs: 60_001 }],
  ["lost", { silentMs: 60_001, isDraining: true }],
  ["left", { hasLeft: true }],
  ["left", { isOutlived: true, silentMs: 90_000 }],
])("%s: %j", (state, signs) => {
  expect(workerState({ ...here, ...signs })).toBe(state);
});
