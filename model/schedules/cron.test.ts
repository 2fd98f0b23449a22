import * as fc from "fast-check";
import { DomainError } from "../errors.ts";
import { parseCron } from "./cron.ts";

test("names, lists, ranges and steps become sorted values", () => {
  const spec = parseCron("*/20,5 9-17/4 1,15 JAN,mar-MAY FRI-SUN");
  expect(spec.seconds).toEqual([0]);
  expect(spec.minutes).toEqual([0, 5, 20, 40]);
  expect(spec.hours).toEqual([9, 13, 17]);
  expect([...spec.daysOfMonth]).toEqual([1, 15]);
  expect([...spec.months]).toEqual([1, 3, 4, 5]);
  expect([...spec.daysOfWeek].toSorted((a, b) => a - b)).toEqual([0, 5, 6]);
});

test("7 and 0 are both Sunday", () => {
  expect(parseCron("0 0 * * 7")).toEqual(parseCron("0 0 * * 0"));
  expect([...parseCron("0 0 * * 5-7").daysOfWeek].toSorted((a, b) => a - b)).toEqual([0, 5, 6]);
});

test("a sixth field in front is the seconds", () => {
  expect(parseCron("*/30 1 2 3 4 5").seconds).toEqual([0, 30]);
  expect(parseCron("*/30 1 2 3 4 5").minutes).toEqual([1]);
});

test.each([
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@Monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
])("%s is %s", (macro, fields) => {
  expect(parseCron(macro)).toEqual(parseCron(fields));
});

test("an hour field with a star or a step makes a running spec, any other a fixed one", () => {
  expect(parseCron("0 * * * *").kind).toBe("running");
  expect(parseCron("0 8-18/2 * * *").kind).toBe("running");
  expect(parseCron("* 2 * * *").kind).toBe("fixed");
  expect(parseCron("*/5 0-23 * * *").kind).toBe("fixed");
});

test("day fields are alternatives only when neither starts with a star", () => {
  expect(parseCron("0 0 13 * 5").eitherDay).toBe(true);
  expect(parseCron("0 0 */2 * 5").eitherDay).toBe(false);
  expect(parseCron("0 0 13 * *").eitherDay).toBe(false);
});

test.each([
  ["", "needs five fields"],
  ["* * * *", "needs five fields"],
  ["* * * * * * *", "needs five fields"],
  ["0 25 * * *", 'hour field "25": 25 must lie in 0 to 23'],
  ["60 * * * *", 'minute field "60"'],
  ["60 0 * * * *", 'second field "60"'],
  ["0 0 0 * *", 'day of month field "0"'],
  ["0 0 * 13 *", 'month field "13"'],
  ["0 0 * * 8", 'day of week field "8"'],
  ["0 0 * FOO *", 'month field "FOO": "FOO" is not understood'],
  ["*/0 * * * *", 'minute field "*/0"'],
  ["*/90 * * * *", 'minute field "*/90": 90 must lie in 1 to 59'],
  ["1,,2 * * * *", 'minute field "1,,2"'],
  ["1-2-3 * * * *", 'minute field "1-2-3"'],
  ["1/2/3 * * * *", 'minute field "1/2/3"'],
  ["0 22-2 * * *", "write 22-23,0-2"],
  ["0 0 L * *", 'day of month field "L"'],
  ["0 0 31 2 *", 'day of month field "31": month 2 never has that day'],
  ["0 0 31 4,6,9,11 *", 'day of month field "31"'],
  ["@reboot", '"@reboot" is unknown'],
  ["0 ".repeat(200), "at most 256 characters"],
])("%j is refused at the field whenCron", (text, message) => {
  const refusal = refusalOf(() => parseCron(text));
  expect(refusal?.message).toContain("whenCron: ");
  expect(refusal?.message).toContain(message);
  expect(refusal?.fields[0]?.path).toBe("whenCron");
});

test("any text gives a spec or a refusal at the field", () => {
  const fields = fc.array(fc.stringMatching(/^[0-9*/,LW#?@JANSU-]{1,6}$/), { minLength: 4, maxLength: 7 });
  const check = fc.property(
    fc.oneof(
      fc.string(),
      fields.map((list) => list.join(" ")),
    ),
    (text) => {
      const refusal = refusalOf(() => parseCron(text));
      return refusal === undefined || refusal.fields[0]?.path === "whenCron";
    },
  );
  expect(() => fc.assert(check)).not.toThrow();
});

/** Anything thrown but a refusal fails the test. */
function refusalOf(action: () => unknown): DomainError | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}
