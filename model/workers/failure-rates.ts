import { attemptsOf, type Books, failuresOf } from "./tally.ts";

/** How often attempts of a worker fail, and how often the same mix of jobs fails with the others. */
export interface FailureRates {
  /** Null without attempts. */
  readonly own: number | null;
  /** Null where nobody else works for the same tenants and kinds. */
  readonly others: number | null;
}

/** `fleet` holds the worker's own attempts, too. */
export function failureRates(own: Books, fleet: Books): FailureRates {
  let attempts = 0;
  let failures = 0;
  let comparable = 0;
  let expected = 0;
  for (const [cell, tally] of own) {
    const n = attemptsOf(tally);
    attempts += n;
    failures += failuresOf(tally);
    const whole = fleet.get(cell);
    const others = whole === undefined ? 0 : attemptsOf(whole) - n;
    if (whole === undefined || others <= 0) continue;
    comparable += n;
    expected += (n * (failuresOf(whole) - failuresOf(tally))) / others;
  }
  return {
    own: attempts === 0 ? null : failures / attempts,
    others: comparable === 0 ? null : expected / comparable,
  };
}
