import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { createSeenKeys, timeWindows } from "../src/index.ts";

function vectors<Vector>(name: string): Vector[] {
  return JSON.parse(
    readFileSync(path.join(import.meta.dirname, "../../conformance", name), "utf8"),
  ) as Vector[];
}

interface WindowVector {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly sizeMs: number;
  readonly windows: readonly (readonly [string, string])[];
}

test.each(vectors<WindowVector>("time-windows.json"))(
  "windows: $name",
  ({ from, to, windows, ...options }) => {
    const made = timeWindows(new Date(from), new Date(to), options);
    expect(made.map((window) => [window.from.toISOString(), window.to.toISOString()])).toEqual(windows);
  },
);

test("windows without overlap cover the time from the watermark on without a gap, oldest first", () => {
  const ms = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(
      ms,
      ms,
      fc.integer({ min: 1, max: 9_999 }),
      ms,
      fc.integer({ min: 1, max: 50 }),
      (...args) => {
        const [fromMs, lengthMs, sizeMs, lagMs, limit] = args;
        const windows = timeWindows(new Date(fromMs), new Date(fromMs + lengthMs), { sizeMs, lagMs, limit });
        let atMs = fromMs;
        for (const { from, to } of windows) {
          expect(from.getTime()).toBe(atMs);
          expect(to.getTime() - atMs).toBeGreaterThan(0);
          expect(to.getTime() - atMs).toBeLessThanOrEqual(sizeMs);
          atMs = to.getTime();
        }
        const endMs = windows.length < limit ? Math.max(fromMs, fromMs + lengthMs - lagMs) : atMs;
        expect(atMs).toBe(endMs);
      },
    ),
  );
});

test("options that make no sense are refused", () => {
  const [from, to] = [new Date(0), new Date(1)];
  for (const wrong of [
    { sizeMs: 0 },
    { sizeMs: 1, overlapMs: -1 },
    { sizeMs: 1, lagMs: NaN },
    { sizeMs: 1, limit: 0 },
  ])
    expect(() => timeWindows(from, to, wrong)).toThrow(RangeError);
  expect(() => createSeenKeys({ windowMs: 0 })).toThrow(RangeError);
  expect(() => createSeenKeys({ windowMs: 1, most: 0 })).toThrow(RangeError);
});

interface KeysVector {
  readonly name: string;
  readonly windowMs: number;
  readonly most?: number;
  readonly seen: readonly (readonly [key: string, atMs: number, isFirst: boolean])[];
}

test.each(vectors<KeysVector>("seen-keys.json"))("keys: $name", ({ seen, ...options }) => {
  const keys = createSeenKeys(options);
  expect(seen.map(([key, atMs]) => [key, atMs, keys.isFirst(key, atMs)])).toEqual(seen);
});
