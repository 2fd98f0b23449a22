import { timestamp, toTimestamp } from "./timestamp.ts";

test("equal instants become equal strings", () => {
  expect(timestamp.parse("2026-05-01T10:30:00+02:00")).toBe("2026-05-01T08:30:00.000Z");
  expect(timestamp.parse("2026-05-01T08:30:00.000999Z")).toBe("2026-05-01T08:30:00.000Z");
  expect(toTimestamp(Date.UTC(2026, 4, 1, 8, 30))).toBe("2026-05-01T08:30:00.000Z");
});

test.each([
  "",
  "2026-05-01",
  "2026-02-30T00:00:00Z",
  "2026-05-01T25:00:00Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59-10:00",
  "now",
  "+275760-09-13T00:00:00Z",
])("%j is refused without a throw", (text) => {
  expect(timestamp.safeParse(text).success).toBe(false);
});
