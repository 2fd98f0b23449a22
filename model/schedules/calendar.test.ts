import { Cron } from "croner";
import { CronExpressionParser } from "cron-parser";
import * as fc from "fast-check";
import { countBetween, dueBetween, nextInstants } from "./calendar.ts";
import { type CronSpec, parseCron } from "./cron.ts";

const dayMs = 86_400_000;
const stepMs = 300_000;

function fires(cron: string, zone: string, from: string, until: string): string[] {
  const instants = dueBetween(parseCron(cron), zone, Date.parse(from) - 1, Date.parse(until) - 1, 1_000);
  return instants.map((at) => new Date(at).toISOString().replace(":00.000Z", "Z"));
}

function onSpringDay(cron: string): string[] {
  return fires(cron, "Europe/Berlin", "2026-03-28T23:00Z", "2026-03-29T22:00Z");
}

function onAutumnDay(cron: string): string[] {
  return fires(cron, "Europe/Berlin", "2026-10-24T22:00Z", "2026-10-25T23:00Z");
}

describe("the day the clock jumps forward (Berlin, 29 March 2026, 02:00 to 03:00 = 01:00Z)", () => {
  test("a fixed time in the gap fires when the gap ends", () => {
    expect(onSpringDay("30 2 * * *")).toEqual(["2026-03-29T01:00Z"]);
  });
  test("several fixed times in the gap fire once", () => {
    expect(onSpringDay("0,30 2 * * *")).toEqual(["2026-03-29T01:00Z"]);
    expect(onSpringDay("* 2 * * *")).toEqual(["2026-03-29T01:00Z"]);
  });
  test("a fixed time at the end of the gap is not fired twice", () => {
    expect(onSpringDay("0 2,3 * * *")).toEqual(["2026-03-29T01:00Z"]);
    expect(onSpringDay("30 2,3 * * *")).toEqual(["2026-03-29T01:00Z", "2026-03-29T01:30Z"]);
  });
  test("a running spec follows real time through the gap", () => {
    expect(onSpringDay("0 */2 * * *")).toHaveLength(11);
    expect(onSpringDay("0 * * * *")).toHaveLength(23);
    expect(onSpringDay("30 2-2/1 * * *")).toEqual([]);
  });
});

describe("the day the clock falls back (Berlin, 25 October 2026, 03:00 to 02:00 = 01:00Z)", () => {
  test("a fixed time in the repeated hour fires the first time only", () => {
    expect(onAutumnDay("30 2 * * *")).toEqual(["2026-10-25T00:30Z"]);
    expect(onAutumnDay("0,30 2 * * *")).toEqual(["2026-10-25T00:00Z", "2026-10-25T00:30Z"]);
  });
  test("a fixed time right after the repeated hour fires once", () => {
    expect(onAutumnDay("0 3 * * *")).toEqual(["2026-10-25T02:00Z"]);
  });
  test("a running spec fires in both hours", () => {
    expect(onAutumnDay("30 * * * *")).toHaveLength(25);
    expect(onAutumnDay("0 2-2/1 * * *")).toEqual(["2026-10-25T00:00Z", "2026-10-25T01:00Z"]);
  });
  test("asking from within the second pass does not repeat a fixed time", () => {
    expect(fires("30 2 * * *", "Europe/Berlin", "2026-10-25T01:00Z", "2026-10-25T23:00Z")).toEqual([]);
  });
});

test("a clock that moves by half an hour squeezes and repeats half an hour", () => {
  // Lord Howe: 4 October 2026 02:00 to 02:30, 5 April 2026 02:00 back to 01:30.
  expect(fires("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T14:00Z", "2026-10-04T12:00Z")).toEqual([
    "2026-10-03T15:30Z",
  ]);
  expect(fires("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T13:00Z", "2026-04-05T13:00Z")).toEqual([
    "2026-04-04T14:45Z",
  ]);
});

test("a midnight that does not exist fires when the gap ends", () => {
  // Sao Paulo, 4 November 2018: 00:00 became 01:00.
  expect(fires("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00Z", "2018-11-04T12:00Z")).toEqual([
    "2018-11-04T03:00Z",
  ]);
});

test("a day that does not exist fires at the start of the next one", () => {
  // Apia skipped 30 December 2011.
  expect(fires("0 12 30 12 *", "Pacific/Apia", "2011-12-29T00:00Z", "2012-01-01T00:00Z")).toEqual([
    "2011-12-30T10:00Z",
  ]);
});

test("either day field is enough when both are restricted", () => {
  expect(
    fires("0 0 13 * 5", "UTC", "2026-03-01T00:00Z", "2026-04-01T00:00Z").map((at) => at.slice(8, 10)),
  ).toEqual(["06", "13", "20", "27"]);
  expect(fires("0 0 14 * 5", "UTC", "2026-03-01T00:00Z", "2026-04-01T00:00Z")).toHaveLength(5);
});

test("both day fields are needed when one starts with a star", () => {
  expect(
    fires("0 0 */2 * 5", "UTC", "2026-03-01T00:00Z", "2026-04-01T00:00Z").map((at) => at.slice(8, 10)),
  ).toEqual(["13", "27"]);
});

test("a leap day is found across the year 2100", () => {
  const [first, second] = nextInstants(parseCron("0 0 29 2 *"), "UTC", Date.UTC(2096, 1, 29), 2);
  expect(first).toBe(Date.UTC(2104, 1, 29));
  expect(second).toBe(Date.UTC(2108, 1, 29));
});

test("the longest wait, a leap day on one weekday, is found", () => {
  expect(nextInstants(parseCron("0 0 29 2 */7"), "Europe/Berlin", Date.UTC(2088, 2, 1), 1)).toEqual([
    Date.UTC(2128, 1, 28, 23),
  ]);
});

test("the calendar ends before the year 9999 without a throw", () => {
  expect(nextInstants(parseCron("@yearly"), "UTC", Date.UTC(9997, 5, 1), 5)).toEqual([
    Date.UTC(9998, 0, 1),
    Date.UTC(9999, 0, 1),
  ]);
});

const zones: readonly (readonly [zone: string, fromMs: number])[] = [
  ["Europe/Berlin", Date.UTC(2026, 0, 1)],
  ["America/New_York", Date.UTC(2026, 0, 1)],
  ["Australia/Lord_Howe", Date.UTC(2026, 0, 1)],
  ["Asia/Kathmandu", Date.UTC(2026, 0, 1)],
  ["America/Sao_Paulo", Date.UTC(2017, 0, 1)],
  ["Pacific/Apia", Date.UTC(2011, 0, 1)],
  ["UTC", Date.UTC(2026, 0, 1)],
];

/** A list of distinct values, or a step over all of them; one field of a random expression. */
function field(min: number, max: number, unit = 1) {
  const value = fc.integer({ min: min / unit, max: Math.floor(max / unit) }).map((n) => n * unit);
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((values) => values.join(",")),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => `*/${n * unit}`) },
    { weight: 2, arbitrary: fc.constant("*") },
  );
}

/** Expressions on a grid of five minutes, so that brute force can look at every instant of two years. */
const anyCron = fc
  .tuple(
    fc.oneof(
      fc
        .uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 3 })
        .map((values) => values.map((n) => n * 5).join(",")),
      fc.constantFrom("*/5", "*/15"),
    ),
    fc.oneof(field(0, 23), fc.constantFrom("0", "1", "2", "3", "0-4", "1,2", "23")),
    fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, { weight: 1, arbitrary: field(1, 28) }),
    fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, { weight: 1, arbitrary: field(1, 12) }),
    fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, { weight: 1, arbitrary: field(0, 7) }),
  )
  .map((fields) => fields.join(" "));

test.each(zones)("two years in %s match brute force, strictly increasing", (zone, fromMs) => {
  const clock = localClock(zone, fromMs, fromMs + 730 * dayMs);
  fc.assert(
    fc.property(anyCron, (cron) => {
      const spec = parseCron(cron);
      const found = dueBetween(spec, zone, fromMs - 1, fromMs + 730 * dayMs - 1, 1_000_000);
      expect(firstDifference(found, bruteForce(spec, clock))).toBeUndefined();
      expect(found.every((at, index) => index === 0 || at > (found[index - 1] ?? 0))).toBe(true);
      expect(countBetween(spec, zone, fromMs - 1, fromMs + 730 * dayMs - 1)).toBe(found.length);
    }),
    { numRuns: 5 },
  );
});

test.each(zones)("in %s, cutting a stretch anywhere changes neither instants nor counts", (zone, fromMs) => {
  const at = fc.integer({ min: 0, max: 730 * dayMs }).map((ms) => fromMs + ms);
  fc.assert(
    fc.property(anyCron, fc.tuple(at, at, at), (cron, points) => {
      const spec = parseCron(cron);
      const [from = 0, cut = 0, until = 0] = points.toSorted((a, b) => a - b);
      const whole = dueBetween(spec, zone, from, until, 1_000_000);
      const parts = [
        dueBetween(spec, zone, from, cut, 1_000_000),
        dueBetween(spec, zone, cut, until, 1_000_000),
      ];
      expect(firstDifference(parts.flat(), whole)).toBeUndefined();
      expect(countBetween(spec, zone, from, cut) + countBetween(spec, zone, cut, until)).toBe(whole.length);
      expect(nextInstants(spec, zone, from, 3)).toEqual(
        dueBetween(spec, zone, from, until + 41 * 366 * dayMs, 3),
      );
    }),
    { numRuns: 10 },
  );
});

test("away from transitions the calendar agrees with croner and cron-parser", () => {
  const winterMs = Date.UTC(2026, 0, 5);
  fc.assert(
    fc.property(anyCron, fc.constantFrom("Europe/Berlin", "America/New_York", "UTC"), (cron, timezone) => {
      // Both libraries read a step in a day field as a restriction, Vixie cron does not; one refuses a list
      // that names Sunday twice.
      const [, ...hourAndDays] = cron.split(" ");
      fc.pre(
        !hourAndDays.some((field) => field.startsWith("*/")) && !/[07].*,.*[07]/.test(hourAndDays[3] ?? ""),
      );
      const ours = dueBetween(parseCron(cron), timezone, winterMs, winterMs + 50 * dayMs, 20);
      const croner = new Cron(cron, { timezone })
        .nextRuns(20, new Date(winterMs))
        .map((date) => date.getTime());
      const parser = CronExpressionParser.parse(cron, { tz: timezone, currentDate: new Date(winterMs) });
      const theirs = parser.take(20).map((date) => date.getTime());
      expect(croner.slice(0, ours.length)).toEqual(ours);
      expect(theirs.slice(0, ours.length)).toEqual(ours);
    }),
    { numRuns: 60 },
  );
});

/** Millions of numbers are compared here: by a plain loop, a matcher takes seconds. */
function firstDifference(found: readonly number[], expected: readonly number[]): string | undefined {
  for (let index = 0; index < Math.max(found.length, expected.length); index += 1) {
    if (found[index] !== expected[index]) {
      return `at ${index}: found ${found[index]}, expected ${expected[index]}`;
    }
  }
  return undefined;
}

interface LocalClock {
  readonly startMs: number;
  /** Local time at each step of five minutes. */
  readonly localMs: Float64Array;
}

function localClock(zone: string, startMs: number, endMs: number): LocalClock {
  const localMs = new Float64Array((endMs - startMs) / stepMs);
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  let offsetMs = 0;
  for (let index = 0; index < localMs.length; index += 1) {
    const at = startMs + index * stepMs;
    // All transitions of these years happen at whole half hours.
    if (at % 1_800_000 === 0) offsetMs = parseOffset(format.format(at));
    localMs[index] = at + offsetMs;
  }
  return { startMs, localMs };
}

function parseOffset(text: string): number {
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(text) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}

/** The rule spelled out over every step: who names a local time that the clock newly reached or passed. */
function bruteForce(spec: CronSpec, clock: LocalClock): number[] {
  const found: number[] = [];
  const names = localMatcher(spec);
  let reachedMs = (clock.localMs[0] ?? 0) - stepMs;
  for (let index = 0; index < clock.localMs.length; index += 1) {
    const localMs = clock.localMs[index] ?? 0;
    let due = false;
    if (spec.kind === "running") {
      due = names(localMs);
    } else {
      for (let at = reachedMs + stepMs; at <= localMs; at += stepMs) due ||= names(at);
    }
    if (due) found.push(clock.startMs + index * stepMs);
    reachedMs = Math.max(reachedMs, localMs);
  }
  return found;
}

function localMatcher(spec: CronSpec): (localMs: number) => boolean {
  const days = new Map<number, boolean>();
  return (localMs) => {
    const minutes = Math.floor(localMs / 60_000);
    if (!spec.minutes.includes(minutes % 60) || !spec.hours.includes(Math.floor(minutes / 60) % 24))
      return false;
    const day = Math.floor(minutes / 1_440);
    const known = days.get(day);
    if (known !== undefined) return known;
    const date = new Date(localMs);
    const ofMonth = spec.daysOfMonth.has(date.getUTCDate());
    const ofWeek = spec.daysOfWeek.has(date.getUTCDay());
    const matches =
      spec.months.has(date.getUTCMonth() + 1) && (spec.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek);
    days.set(day, matches);
    return matches;
  };
}

test("a count over ten years of every second costs a step a day", () => {
  expect(countBetween(parseCron("* * * * * *"), "UTC", 0, 3_650 * dayMs)).toBe(3_650 * 86_400);
});
