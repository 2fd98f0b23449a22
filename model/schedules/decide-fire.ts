import { countBetween, dueBetween, nextInstants } from "./calendar.ts";
import { type CronSpec, parseCron } from "./cron.ts";
import { type Due, type DueRule, dueAtMs, nextDue } from "./due.ts";

/** What became of a due instant. A ledger row holds exactly one of these. */
export const fireVerdicts = [
  "started",
  "caught_up", // started late, within the catch-up window
  "missed_outage", // found too late, or overtaken by a later instant during an outage
  "skipped_overlap", // an earlier run of the schedule was still open
  "skipped_paused",
  "skipped_limit", // the schedule had too many open runs
] as const;

export type FireVerdict = (typeof fireVerdicts)[number];

/** An instant found later than this starts as `caught_up`, if at all. */
const punctualMs = 60_000;
/** The longest sleep of the ticker: whoever is found later than this was not looked for. */
const tickerSleepMs = 10_000;
/** A gap with more instants than this is told by one row for the oldest ones. */
const maxRows = 100;
/** How many runs of one schedule may be open when overlap is allowed. */
export const maxOpenRuns = 10;

/** What of a schedule decides its fires. */
export interface FireRule extends DueRule {
  readonly overlap: "skip" | "allow";
  readonly catchupWindowSeconds: number;
}

export interface FireQuestion {
  readonly schedule: FireRule;
  /** The earliest instant that has no verdict yet, as `nextDue` gave it. */
  readonly nextNominalAtMs: number;
  readonly paused: boolean;
  readonly nowMs: number;
  /** Runs of this schedule that have not ended. */
  readonly openRuns: number;
  /** Before an edit: an instant that has struck but waits for its jitter is decided now. Default false. */
  readonly settlePending?: boolean;
}

export interface Fire extends Due {
  readonly verdict: FireVerdict;
  /** How long after `dueAtMs` this was decided, never negative. */
  readonly lagMs: number;
}

/** The oldest instants of a long gap, all with one verdict. Both ends are nominal instants. */
export interface FireRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  readonly verdict: "missed_outage" | "skipped_paused";
  readonly lagMs: number;
}

export interface FireDecision {
  /** Oldest first, at most 100. */
  readonly fires: readonly Fire[];
  /** What lies before `fires` when the gap was longer. */
  readonly range: FireRange | undefined;
  /** The instant to wait for, `undefined` at the end of the calendar. */
  readonly next: Due | undefined;
}

/**
 * Gives every instant that is due one verdict. Only the latest may start after an outage; the older ones
 * are `missed_outage`, and so is the latest when it is later than the catch-up window. Nothing due: no fires.
 */
export function decideFire(question: FireQuestion): FireDecision {
  const { schedule, nextNominalAtMs, nowMs } = question;
  const spec = parseCron(schedule.whenCron);
  const struck = struckInstants(spec, schedule.timezone, nextNominalAtMs, nowMs);
  const due = struck.latest.map((nominalAtMs, index) => ({
    nominalAtMs,
    dueAtMs: dueAtMs(
      schedule,
      nominalAtMs,
      struck.latest[index + 1] ?? instantAfter(spec, schedule, nominalAtMs),
    ),
  }));
  // Jitter never passes the next instant, so only the latest one can still be waiting for it.
  const last = due.at(-1);
  const pending = last && last.dueAtMs > nowMs && !question.settlePending ? due.pop() : undefined;

  const lastNominalMs = due.at(-1)?.nominalAtMs;
  return {
    fires: judge(question, due),
    range: struck.older && olderRange(question, struck.older),
    next: pending ?? nextDue(schedule, lastNominalMs ?? nextNominalAtMs - 1),
  };
}

function judge(question: FireQuestion, due: readonly Due[]): Fire[] {
  let openRuns = question.openRuns;
  return due.map((instant, index) => {
    const lagMs = Math.max(0, question.nowMs - instant.dueAtMs);
    const verdict = verdictOf(question, lagMs, index === due.length - 1, openRuns);
    if (verdict === "started" || verdict === "caught_up") openRuns += 1;
    return { ...instant, verdict, lagMs };
  });
}

function verdictOf(question: FireQuestion, lagMs: number, isLatest: boolean, openRuns: number): FireVerdict {
  const { overlap, catchupWindowSeconds } = question.schedule;
  if (question.paused) return "skipped_paused";
  if (!isLatest && lagMs > tickerSleepMs) return "missed_outage";
  // Found together with a later one, which stands for both.
  if (!isLatest && overlap === "skip") return "skipped_overlap";
  const isPunctual = lagMs < punctualMs;
  if (!isPunctual && lagMs > catchupWindowSeconds * 1_000) return "missed_outage";
  if (overlap === "skip" && openRuns > 0) return "skipped_overlap";
  if (openRuns >= maxOpenRuns) return "skipped_limit";
  return isPunctual ? "started" : "caught_up";
}

interface Struck {
  readonly latest: readonly number[];
  readonly older: { readonly fromMs: number; readonly toMs: number; readonly count: number } | undefined;
}

/** All instants from `firstMs` to `nowMs`: the latest ones by name, the ones before by number. */
function struckInstants(spec: CronSpec, zone: string, firstMs: number, nowMs: number): Struck {
  if (firstMs > nowMs) return { latest: [], older: undefined };
  const count = 1 + countBetween(spec, zone, firstMs, nowMs);
  if (count <= maxRows) {
    return { latest: [firstMs, ...dueBetween(spec, zone, firstMs, nowMs, maxRows)], older: undefined };
  }
  const toMs = lastBefore(spec, zone, firstMs, nowMs);
  return {
    latest: dueBetween(spec, zone, toMs, nowMs, maxRows),
    older: { fromMs: firstMs, toMs, count: count - maxRows },
  };
}

/** The instant after which exactly `maxRows` follow until now, by halving: the calendar counts fast. */
function lastBefore(spec: CronSpec, zone: string, firstMs: number, nowMs: number): number {
  let tooEarly = firstMs / 1_000 - 1;
  let lateEnough = Math.floor(nowMs / 1_000);
  while (lateEnough - tooEarly > 1) {
    const middle = Math.floor((tooEarly + lateEnough) / 2);
    if (countBetween(spec, zone, middle * 1_000, nowMs) > maxRows) tooEarly = middle;
    else lateEnough = middle;
  }
  return lateEnough * 1_000;
}

function olderRange(question: FireQuestion, older: NonNullable<Struck["older"]>): FireRange {
  return {
    ...older,
    verdict: question.paused ? "skipped_paused" : "missed_outage",
    lagMs: question.nowMs - older.fromMs,
  };
}

function instantAfter(spec: CronSpec, schedule: FireRule, nominalAtMs: number): number {
  if (schedule.jitterSeconds === 0) return Infinity;
  return nextInstants(spec, schedule.timezone, nominalAtMs, 1)[0] ?? Infinity;
}
