import { jitterMs } from "./jitter.ts";

test("the same schedule and instant have the same delay", () => {
  expect(jitterMs("sch_1", 1_770_000_000_000, 60_000)).toBe(jitterMs("sch_1", 1_770_000_000_000, 60_000));
});

test("without a window there is no delay", () => {
  expect(jitterMs("sch_1", 1_770_000_000_000, 0)).toBe(0);
});

test("delays spread evenly over schedules and over instants", () => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let index = 0; index < 10_000; index += 1) {
    const delay = jitterMs(`sch_${index % 100}`, 1_770_000_000_000 + Math.floor(index / 100) * 60_000, 1_000);
    expect(delay).toBeLessThan(1_000);
    tenths[Math.floor(delay / 100)]! += 1;
  }
  expect(Math.min(...tenths)).toBeGreaterThan(850);
  expect(Math.max(...tenths)).toBeLessThan(1_150);
});
