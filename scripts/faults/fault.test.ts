import fc from "fast-check";
import { type Fault, faultKinds, faultsOf } from "./fault.ts";

const first = (seed: number, count: number): Fault[] => {
  const faults = faultsOf(seed);
  return Array.from({ length: count }, () => faults.next().value);
};

test("the same seed gives the same faults, another seed others", () => {
  expect(first(7, 100)).toEqual(first(7, 100));
  expect(first(7, 100)).not.toEqual(first(8, 100));
});

test("each kind comes once before any comes again, whatever the seed", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), (seed) => {
      const kinds = first(seed, faultKinds.length).map(({ kind }) => kind);
      expect(new Set(kinds)).toEqual(new Set(faultKinds));
    }),
  );
});

test("a frozen worker is frozen for longer than its lease of three seconds", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), (seed) => {
      const frozen = first(seed, 40).filter(({ kind }) => kind === "worker-freeze");
      expect(frozen.every(({ lengthMs }) => lengthMs > 3_000)).toBe(true);
    }),
  );
});
