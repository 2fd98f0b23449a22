import { offsetPeriodAt, parseZone } from "./zone.ts";

test("a zone comes back as the tz database spells it", () => {
  expect(parseZone("europe/berlin")).toBe("Europe/Berlin");
  expect(parseZone("utc")).toBe("UTC");
  expect(parseZone("America/Argentina/Buenos_Aires")).toBe("America/Argentina/Buenos_Aires");
});

test.each([
  "",
  "Mars/Olympus",
  "+02:00",
  "2026-01-01[Europe/Berlin]",
  "Europe/Berlin\u0000",
  "../etc",
  "a".repeat(500),
])("%j is refused at the field timezone", (text) => {
  expect(() => parseZone(text)).toThrow(/^timezone: /u);
});

test("a period starts at its first instant and ends before the next one", () => {
  const springMs = Date.UTC(2026, 2, 29, 1);
  const autumnMs = Date.UTC(2026, 9, 25, 1);
  const summer = { startMs: springMs, endMs: autumnMs, offsetMs: 7_200_000, offsetBeforeMs: 3_600_000 };
  expect(offsetPeriodAt("Europe/Berlin", springMs)).toEqual(summer);
  expect(offsetPeriodAt("Europe/Berlin", autumnMs - 1)).toEqual(summer);
  expect(offsetPeriodAt("Europe/Berlin", springMs - 1).endMs).toBe(springMs);
});

test("a zone without transitions is one endless period", () => {
  expect(offsetPeriodAt("UTC", 0)).toEqual({
    startMs: -Infinity,
    endMs: Infinity,
    offsetMs: 0,
    offsetBeforeMs: 0,
  });
});
