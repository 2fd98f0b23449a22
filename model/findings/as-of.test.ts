import { DomainError } from "../errors.ts";
import { toTimestamp } from "../time/timestamp.ts";
import { parseAsOf } from "./as-of.ts";

const now = Date.parse("2026-05-10T12:00:00.000Z");

test.each([
  ["2026-05-01T08:30:00Z", "2026-05-01T08:30:00.000Z"],
  ["2026-05-01T08:30:00+02:00", "2026-05-01T06:30:00.000Z"],
  ["2026-05-01", "2026-05-01T23:59:59.999Z"],
  ["2026-05-10", "2026-05-10T12:00:00.000Z"],
  ["2026-05-10T12:00:00Z", "2026-05-10T12:00:00.000Z"],
])("%s means %s", (text, instant) => {
  expect(toTimestamp(parseAsOf(text, now))).toBe(instant);
});

test.each([
  "",
  "yesterday",
  "2026-02-30",
  "2026-05-01T08:30",
  "0000-01-01",
  "2026-05-11",
  "2026-05-10T12:00:01Z",
])("%p is refused at the field", (text) => {
  expect(() => parseAsOf(text, now)).toThrow(DomainError);
  expect(() => parseAsOf(text, now)).toThrow(/^asOf: /);
});
