import fc from "fast-check";
import { monotoneFault, watermarkMove, watermarkValue } from "./watermark.ts";

const instant = fc
  .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

test("of two instants exactly one order is a move that goes on, unless they are the same", () => {
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      const [forth, back] = [monotoneFault({ from: a, to: b }), monotoneFault({ from: b, to: a })];
      expect([forth, back].filter((fault) => fault === undefined)).toHaveLength(a === b ? 2 : 1);
    }),
  );
});

test("offsets count: the same instant may be written in another way", () => {
  const from = "2026-05-01T10:00:00+02:00";
  expect(monotoneFault({ from, to: "2026-05-01T08:00:00.000Z" })).toBeUndefined();
  expect(monotoneFault({ from, to: "2026-05-01T07:59:59.999Z" })).toMatchObject({ path: ["to"] });
});

const paths = (move: object) =>
  watermarkMove.safeParse(move).error?.issues.map(({ path }) => path.join(".")) ?? [];

test("a monotone move is one of instants; any other may carry any text", () => {
  expect(paths({ from: "a", to: "2026-05-01T08:00:00Z", monotone: true })).toEqual(["from"]);
  expect(paths({ from: null, to: "b", monotone: true })).toEqual(["to"]);
  expect(paths({ from: "b", to: "a" })).toEqual([]);
});

test("a value has at most 512 bytes, however many characters those are", () => {
  expect(watermarkValue.safeParse("x".repeat(512)).success).toBe(true);
  expect(watermarkValue.safeParse("ü".repeat(257)).success).toBe(false);
  expect(watermarkValue.safeParse("").success).toBe(false);
});
