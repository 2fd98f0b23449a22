import { countsAs } from "./counts-as.ts";

test.each([
  ["succeeded", "succeeded", null, null],
  ["succeeded", "incomplete", null, null],
  ["failed", "failed", "transient", null],
  ["failed", "failed", "dependency_down", null],
  ["failed", "failed", "permanent", null],
  ["failed", "succeeded", "transient", null],
  ["failed", "cancelled", "transient", "wall_clock"],
  ["crashed", "failed", "crash", null],
  [null, "failed", "input_invalid", null],
  [null, "failed", "rate_limited", null],
  [null, "cancelled", "transient", "cancel"],
  [null, "cancelled", "transient", null],
] as const)("%s: %s with %s, told to stop by %s", (counted, status, errorClass, stop) => {
  expect(countsAs({ status, errorClass, stop })).toBe(counted);
});
