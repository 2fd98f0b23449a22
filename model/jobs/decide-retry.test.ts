import * as fc from "fast-check";
import { outcomeErrorClasses } from "../queue/outcome.ts";
import { backoffCeilingMs, backoffMs } from "./backoff.ts";
import { decideRetry, defaultRetryBudgets, type RetryQuestion } from "./decide-retry.ts";

const firstFailure: RetryQuestion = {
  errorClass: "transient",
  tries: 1,
  crashes: 0,
  elapsedMs: 1_000,
  budgets: defaultRetryBudgets,
  worker: "w1",
  random: 0.5,
};
const firstPermanent: RetryQuestion = { ...firstFailure, errorClass: "permanent" };

test("the backoff ceiling starts at 5 s, doubles and stops at 15 min", () => {
  expect([1, 2, 3, 8, 9, 1_000].map(backoffCeilingMs)).toEqual([
    5_000, 10_000, 20_000, 640_000, 900_000, 900_000,
  ]);
});

test("the jitter reaches over the whole ceiling", () => {
  expect(backoffMs(1, 0)).toBe(0);
  expect(backoffMs(1, 0.999_999)).toBe(4_999);
});

test("a first failure is tried again after a backoff", () => {
  expect(decideRetry(firstFailure)).toEqual({ retry: { delayMs: 2_500, permanentBy: undefined } });
});

test("the fifth try is the last", () => {
  expect(decideRetry({ ...firstFailure, tries: 4 })).toHaveProperty("retry");
  expect(decideRetry({ ...firstFailure, tries: 5 })).toEqual({ park: { reason: "tries_exhausted" } });
});

test("the third crash is the last, whatever tries are left", () => {
  const crash: RetryQuestion = { ...firstFailure, errorClass: "crash", tries: 0 };
  expect(decideRetry({ ...crash, crashes: 2 })).toHaveProperty("retry");
  expect(decideRetry({ ...crash, crashes: 3 })).toEqual({ park: { reason: "crashes_exhausted" } });
});

test("no try starts after the wall clock", () => {
  const { wallClockMs } = defaultRetryBudgets;
  expect(decideRetry({ ...firstFailure, elapsedMs: wallClockMs - 2_500 })).toHaveProperty("retry");
  expect(decideRetry({ ...firstFailure, elapsedMs: wallClockMs - 2_499 })).toEqual({
    park: { reason: "wall_clock_exhausted" },
  });
});

test("a worker's retry-after is honoured, a shorter one does not hurry", () => {
  const limited: RetryQuestion = { ...firstFailure, errorClass: "rate_limited" };
  expect(decideRetry({ ...limited, retryAfterSeconds: 60 })).toMatchObject({ retry: { delayMs: 60_000 } });
  expect(decideRetry({ ...limited, retryAfterSeconds: 1 })).toMatchObject({ retry: { delayMs: 2_500 } });
});

test("an invalid input is closed at once", () => {
  expect(decideRetry({ ...firstFailure, errorClass: "input_invalid" })).toEqual({
    close: { reason: "input_invalid" },
  });
});

test("permanent gets a second opinion", () => {
  expect(decideRetry(firstPermanent)).toMatchObject({ retry: { permanentBy: "w1" } });
});

test("permanent is parked when another worker confirms it", () => {
  expect(decideRetry({ ...firstPermanent, tries: 2, worker: "w2", permanentBy: "w1" })).toEqual({
    park: { reason: "permanent" },
  });
});

test("the same worker is no second opinion, unless it is the only one", () => {
  const again: RetryQuestion = { ...firstPermanent, tries: 2, permanentBy: "w1" };
  expect(decideRetry(again)).toMatchObject({ retry: { permanentBy: "w1" } });
  expect(decideRetry({ ...again, isOnlyWorker: true })).toEqual({ park: { reason: "permanent" } });
});

test("another failure in between keeps the first opinion", () => {
  expect(decideRetry({ ...firstFailure, tries: 2, worker: "w2", permanentBy: "w1" })).toMatchObject({
    retry: { permanentBy: "w1" },
  });
});

test("however a job fails, it ends within its budgets, and the reason names the one that is spent", () => {
  const budgets = fc.record({
    tries: fc.integer({ min: 1, max: 5 }),
    crashes: fc.integer({ min: 1, max: 3 }),
    wallClockMs: fc.integer({ min: 1, max: 10_000_000 }),
  });
  const failure = fc.record({
    errorClass: fc.constantFrom(...outcomeErrorClasses),
    worker: fc.constantFrom("w1", "w2"),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    retryAfterSeconds: fc.option(fc.nat(100_000), { nil: undefined }),
  });
  fc.assert(
    fc.property(budgets, fc.array(failure, { minLength: 7, maxLength: 7 }), (budgets, failures) => {
      let [tries, crashes, elapsedMs] = [0, 0, 0];
      let permanentBy: string | undefined;
      for (const next of failures) {
        if (next.errorClass === "crash") crashes += 1;
        else tries += 1;
        const decision = decideRetry({ ...next, tries, crashes, elapsedMs, permanentBy, budgets });
        if ("close" in decision) return next.errorClass === "input_invalid";
        if ("park" in decision) {
          const spent = {
            tries_exhausted: tries === budgets.tries,
            crashes_exhausted: crashes === budgets.crashes,
            wall_clock_exhausted: tries < budgets.tries && crashes < budgets.crashes,
            permanent: next.errorClass === "permanent" && permanentBy !== undefined,
          };
          return spent[decision.park.reason];
        }
        elapsedMs += decision.retry.delayMs;
        permanentBy = decision.retry.permanentBy;
        if (elapsedMs > budgets.wallClockMs) return false;
      }
      return false;
    }),
  );
});

test("without configuration there are five tries and three crashes", () => {
  expect(defaultRetryBudgets).toMatchObject({ tries: 5, crashes: 3 });
});
