import { attemptsOf, type Books } from "./tally.ts";

/** What a worker must come to before it is called sick. */
export const sickRule = {
  /** Attempts of its own, and of others, that can be compared. */
  attempts: 20,
  /** Failures of its own that others refuted. */
  refuted: 5,
  /** Its share of refuted failures is above that of the others by this much. */
  excess: 0.1,
  /** And is this many standard deviations above what chance would give it. */
  deviations: 4,
} as const;

export interface Judgement {
  readonly isSick: boolean;
  /** Its attempts for tenants and kinds that others work for, too: only those are compared. */
  readonly comparable: number;
}

/**
 * Whether a worker fails where others succeed: the test of Cochran, Mantel and Haenszel (1959) over refuted
 * failures. In each cell of tenant and kind a worker with n of all N attempts would have m·n/N of the m refuted
 * failures if it were like the others; the cells are added up. So a tenant or a kind that fails for everybody
 * weighs on nobody, however unevenly it is spread over the workers. `fleet` holds the worker's own attempts, too.
 */
export function judgeWorker(own: Books, fleet: Books): Judgement {
  const sums = { comparable: 0, others: 0, refuted: 0, expected: 0, variance: 0, atOthersRate: 0 };
  for (const [cell, tally] of own) {
    const whole = fleet.get(cell);
    const n = attemptsOf(tally);
    const total = whole === undefined ? n : attemptsOf(whole);
    const others = total - n;
    if (whole === undefined || others <= 0 || n === 0) continue;
    const m = whole.refuted;
    sums.comparable += n;
    sums.others += others;
    sums.refuted += tally.refuted;
    sums.expected += (m * n) / total;
    sums.variance += (n * others * m * (total - m)) / (total * total * (total - 1));
    sums.atOthersRate += (n * (m - tally.refuted)) / others;
  }
  return { isSick: isSick(sums), comparable: sums.comparable };
}

/** The latest hours decide where there are enough attempts in them; else the whole day does. */
export function judgeNow(
  recent: { readonly own: Books; readonly fleet: Books },
  day: { readonly own: Books; readonly fleet: Books },
): boolean {
  const now = judgeWorker(recent.own, recent.fleet);
  return now.comparable >= sickRule.attempts ? now.isSick : judgeWorker(day.own, day.fleet).isSick;
}

interface Sums {
  readonly comparable: number;
  readonly others: number;
  readonly refuted: number;
  readonly expected: number;
  readonly variance: number;
  readonly atOthersRate: number;
}

function isSick({ comparable, others, refuted, expected, variance, atOthersRate }: Sums): boolean {
  return (
    comparable >= sickRule.attempts &&
    others >= sickRule.attempts &&
    refuted >= sickRule.refuted &&
    (refuted - atOthersRate) / comparable >= sickRule.excess &&
    // Half a failure less: counts are whole, the normal distribution is not.
    refuted - expected - 0.5 >= sickRule.deviations * Math.sqrt(variance)
  );
}
