import * as fc from "fast-check";
import { compareSeverities, isAtLeast, type Severity, severityLevels } from "./severity.ts";

const sorted = (all: readonly Severity[]) => [...all].sort(compareSeverities);

test("unknown is a value of its own and sorts last, behind none", () => {
  const levels: Severity[] = [
    { level: "unknown" },
    { level: "none" },
    { level: "critical" },
    { level: "low" },
  ];
  expect(sorted(levels).map(({ level }) => level)).toEqual(["critical", "low", "none", "unknown"]);
});

test("of one level the higher score is worse, and any score worse than none", () => {
  const ratings: Severity[] = [
    { level: "high" },
    { level: "high", score: 7.1 },
    { level: "high", score: 8.8 },
  ];
  expect(sorted(ratings).map(({ score }) => score)).toEqual([8.8, 7.1, undefined]);
});

test("a floor is reached by its own level and what is worse; unknown reaches none but its own", () => {
  const level = fc.constantFrom(...severityLevels);
  fc.assert(
    fc.property(level, level, (given, floor) => {
      expect(isAtLeast(given, floor)).toBe(severityLevels.indexOf(given) <= severityLevels.indexOf(floor));
    }),
  );
  expect(severityLevels.filter((floor) => isAtLeast("unknown", floor))).toEqual(["unknown"]);
});
