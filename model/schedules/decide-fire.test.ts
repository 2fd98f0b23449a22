import * as fc from "fast-check";
import { dueBetween } from "./calendar.ts";
import { parseCron } from "./cron.ts";
import { type FireQuestion, type FireRule, decideFire, maxOpenRuns } from "./decide-fire.ts";
import { type Due, nextDue } from "./due.ts";

const hourly: FireRule = {
  id: "sch_1",
  whenCron: "0 * * * *",
  timezone: "UTC",
  jitterSeconds: 0,
  overlap: "skip",
  catchupWindowSeconds: 900,
};
const everyMinute: FireRule = { ...hourly, whenCron: "* * * * *" };
const everySecond: FireRule = { ...hourly, whenCron: "* * * * * *" };
const noonMs = Date.UTC(2026, 4, 1, 12);

function ask(schedule: FireRule, lateMs: number, more: Partial<FireQuestion> = {}) {
  return decideFire({
    schedule,
    nextNominalAtMs: noonMs,
    nowMs: noonMs + lateMs,
    paused: false,
    openRuns: 0,
    ...more,
  });
}

function verdicts(decision: ReturnType<typeof decideFire>) {
  return decision.fires.map((fire) => fire.verdict);
}

test("before its instant nothing fires and the same instant stays next", () => {
  expect(ask(hourly, -1)).toEqual({
    fires: [],
    range: undefined,
    next: { nominalAtMs: noonMs, dueAtMs: noonMs },
  });
});

test("on its instant a schedule starts and waits for the next one", () => {
  expect(ask(hourly, 250)).toEqual({
    fires: [{ nominalAtMs: noonMs, dueAtMs: noonMs, verdict: "started", lagMs: 250 }],
    range: undefined,
    next: { nominalAtMs: noonMs + 3_600_000, dueAtMs: noonMs + 3_600_000 },
  });
});

test("within the catch-up window a late instant starts as caught up, after it is missed", () => {
  expect(verdicts(ask(hourly, 60_000))).toEqual(["caught_up"]);
  expect(verdicts(ask(hourly, 900_000))).toEqual(["caught_up"]);
  expect(verdicts(ask(hourly, 900_001))).toEqual(["missed_outage"]);
});

test("without a catch-up window a punctual instant still starts", () => {
  expect(verdicts(ask({ ...hourly, catchupWindowSeconds: 0 }, 59_999))).toEqual(["started"]);
  expect(verdicts(ask({ ...hourly, catchupWindowSeconds: 0 }, 60_000))).toEqual(["missed_outage"]);
});

test("after an outage only the latest instant starts", () => {
  expect(verdicts(ask(everyMinute, 150_000))).toEqual(["missed_outage", "missed_outage", "started"]);
});

test("an open run skips the next start", () => {
  expect(verdicts(ask(hourly, 0, { openRuns: 1 }))).toEqual(["skipped_overlap"]);
});

test("two instants found together in healthy operation give one start", () => {
  expect(verdicts(ask(everySecond, 1_500))).toEqual(["skipped_overlap", "started"]);
});

test("where overlap is allowed every punctual instant starts, up to the limit of open runs", () => {
  const schedule: FireRule = { ...everySecond, overlap: "allow" };
  expect(verdicts(ask(schedule, 1_500, { openRuns: maxOpenRuns - 1 }))).toEqual(["started", "skipped_limit"]);
});

test("a paused schedule starts nothing and keeps its books", () => {
  expect(verdicts(ask(everyMinute, 60_000, { paused: true }))).toEqual(["skipped_paused", "skipped_paused"]);
});

test("a long gap is told by one row and the latest hundred", () => {
  const decision = ask(everyMinute, 30 * 86_400_000);
  expect(decision.fires).toHaveLength(100);
  expect(decision.range).toMatchObject({
    fromMs: noonMs,
    count: 30 * 1_440 + 1 - 100,
    verdict: "missed_outage",
  });
  expect(decision.range?.toMs).toBe((decision.fires[0]?.nominalAtMs ?? 0) - 60_000);
  expect(decision.fires.at(-1)?.verdict).toBe("started");
});

test("a year of seconds is decided at once", () => {
  const decision = ask(everySecond, 365 * 86_400_000, { paused: true });
  expect(decision.range).toMatchObject({ count: 365 * 86_400 + 1 - 100, verdict: "skipped_paused" });
});

test("jitter moves the start and leaves the nominal time", () => {
  const schedule: FireRule = { ...hourly, jitterSeconds: 600 };
  const due = nextDue(schedule, noonMs - 1);
  expect(due?.nominalAtMs).toBe(noonMs);
  const delayMs = (due?.dueAtMs ?? 0) - noonMs;
  expect(delayMs).toBeGreaterThan(0);
  expect(delayMs).toBeLessThan(600_000);
  expect(ask(schedule, delayMs - 1)).toEqual({ fires: [], range: undefined, next: due });
  expect(ask(schedule, delayMs).fires).toEqual([{ ...due, verdict: "started", lagMs: 0 }]);
});

test("before an edit an instant that waits for its jitter is decided", () => {
  const schedule: FireRule = { ...hourly, jitterSeconds: 600 };
  expect(verdicts(ask(schedule, 0, { settlePending: true }))).toEqual(["started"]);
});

const anyRule = fc.record({
  id: fc.constantFrom("sch_a", "sch_b"),
  whenCron: fc.constantFrom(
    "* * * * *",
    "*/7 * * * *",
    "30 2 * * *",
    "0 */3 * * *",
    "*/20 * * * * *",
    "0 0 1 * 1",
  ),
  timezone: fc.constantFrom("UTC", "Europe/Berlin", "Australia/Lord_Howe"),
  jitterSeconds: fc.constantFrom(0, 5, 90, 3_600),
  overlap: fc.constantFrom("skip" as const, "allow" as const),
  catchupWindowSeconds: fc.constantFrom(0, 60, 900, 86_400),
});

const startMs = Date.UTC(2026, 2, 28);
const anyWakes = fc.array(
  fc.record({
    // Mostly in time, sometimes after an outage.
    sleepMs: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 2 * 86_400_000 })),
    paused: fc.boolean(),
    openRuns: fc.integer({ min: 0, max: 12 }),
  }),
  { minLength: 1, maxLength: 20 },
);

test("however the ticker wakes, every instant gets exactly one verdict", () => {
  fc.assert(
    fc.property(anyRule, anyWakes, (schedule, wakes) => {
      const spec = parseCron(schedule.whenCron);
      let nowMs = startMs;
      let next = nextDue(schedule, startMs);
      const decided: number[] = [];
      for (const { sleepMs, paused, openRuns } of wakes) {
        if (!next) break;
        nowMs += sleepMs;
        const decision = decideFire({ schedule, nextNominalAtMs: next.nominalAtMs, nowMs, paused, openRuns });
        const { fromMs, toMs, count } = decision.range ?? { fromMs: 0, toMs: -1, count: 0 };
        const ranged = dueBetween(spec, schedule.timezone, fromMs - 1, toMs, 1e6);
        expect(ranged).toHaveLength(count);
        decided.push(...ranged, ...decision.fires.map((fire) => fire.nominalAtMs));
        next = decision.next;
      }
      const until = (next?.nominalAtMs ?? Infinity) - 1;
      expect(decided).toEqual(dueBetween(spec, schedule.timezone, startMs, until, 1e6));
    }),
    { numRuns: 60 },
  );
});

test("however late it is found, an instant is due within its jitter and decided when due", () => {
  fc.assert(
    fc.property(anyRule, fc.integer({ min: 0, max: 3 * 86_400_000 }), (schedule, sleepMs) => {
      const nowMs = startMs + sleepMs;
      const first = nextDue(schedule, startMs);
      const question = {
        schedule,
        nextNominalAtMs: first?.nominalAtMs ?? 0,
        nowMs,
        paused: false,
        openRuns: 0,
      };
      const { fires, next } = decideFire(question);
      const isLate = (fire: Due) => fire.dueAtMs > nowMs || fire.dueAtMs < fire.nominalAtMs;
      const isBeyondJitter = (fire: Due) => fire.dueAtMs > fire.nominalAtMs + schedule.jitterSeconds * 1_000;
      expect(fires.filter((fire) => isLate(fire) || isBeyondJitter(fire))).toEqual([]);
      expect(next?.dueAtMs).toBeGreaterThan(nowMs);
    }),
  );
});

test("where overlap is skipped, a decision starts at most one run and none beside an open one", () => {
  fc.assert(
    fc.property(
      anyRule,
      fc.integer({ min: 0, max: 3 * 86_400_000 }),
      fc.nat(2),
      (rule, sleepMs, openRuns) => {
        const schedule: FireRule = { ...rule, overlap: "skip" };
        const nextNominalAtMs = nextDue(schedule, startMs)?.nominalAtMs ?? 0;
        const { fires } = decideFire({
          schedule,
          nextNominalAtMs,
          nowMs: startMs + sleepMs,
          paused: false,
          openRuns,
        });
        const starts = fires.filter(({ verdict }) => verdict === "started" || verdict === "caught_up");
        expect(starts.length).toBeLessThanOrEqual(openRuns > 0 ? 0 : 1);
      },
    ),
  );
});
