import { nearestName } from "./nearest-name.ts";

const known = ["timezone", "whenCron", "JOBENGINE_HTTP_PORT"];

test.each([
  ["timeZone", "timezone"],
  ["timezon", "timezone"],
  ["when_cron", "whenCron"],
  ["JOBENGINE_HTTPPORT", "JOBENGINE_HTTP_PORT"],
])("%s was meant to be %s", (given, meant) => expect(nearestName(given, known)).toBe(meant));

test.each(["", "x", "colour", "t".repeat(5000)])("nothing is near %j", (given) =>
  expect(nearestName(given, known)).toBeUndefined(),
);
