import { offsetPeriodAt } from "../time/zone.ts";
import type { CronSpec } from "./cron.ts";
import { countLocalTimes, nextLocalTime } from "./local-times.ts";

/*
 * The one calendar: preview and firing both call it, so that what is shown is what fires.
 * The rule is Vixie cron's. A fixed spec names local times, and each fires when the local clock first
 * reaches or passes it: inside a gap that is the end of the gap, in a repeated hour the first time.
 * A running spec fires at every real instant whose local fields match.
 */

/**
 * How far the calendar looks: the longest wait of a possible spec is 40 years (29 February on a given
 * weekday, around 2100).
 */
const horizonMs = 41 * 366 * 86_400_000;
const latestMs = Date.UTC(9999, 0, 1);

/**
 * The next `count` instants after `afterMs`, strictly increasing. Fewer only at the end of the calendar.
 * All instants are milliseconds since 1970 (UTC) and whole seconds.
 */
export function nextInstants(spec: CronSpec, zone: string, afterMs: number, count: number): number[] {
  const found: number[] = [];
  let from = afterMs;
  // The horizon is counted from the last instant found, else rare specs would run dry.
  while (found.length < count) {
    const more = dueBetween(spec, zone, from, Math.min(from + horizonMs, latestMs), count - found.length);
    const last = more.at(-1);
    if (last === undefined) break;
    found.push(...more);
    from = last;
  }
  return found;
}

/** The first `limit` instants in (fromExclusiveMs, toInclusiveMs], strictly increasing. */
export function dueBetween(
  spec: CronSpec,
  zone: string,
  fromExclusiveMs: number,
  toInclusiveMs: number,
  limit: number,
): number[] {
  const found: number[] = [];
  if (limit <= 0) return found;
  for (const span of localSpans(spec, zone, fromExclusiveMs, toInclusiveMs)) {
    let from = span.fromMs;
    if (span.gapFromMs !== undefined && nextLocalTime(spec, span.gapFromMs, from + 1) !== undefined) {
      found.push(from - span.offsetMs);
      from += 1_000;
    }
    while (found.length < limit) {
      const local = nextLocalTime(spec, from, span.untilMs);
      if (local === undefined) break;
      found.push(local - span.offsetMs);
      from = local + 1_000;
    }
    if (found.length >= limit) break;
  }
  return found;
}

/** How many instants lie in (fromExclusiveMs, toInclusiveMs]. Costs a step a day, whatever the number. */
export function countBetween(
  spec: CronSpec,
  zone: string,
  fromExclusiveMs: number,
  toInclusiveMs: number,
): number {
  let count = 0;
  for (const span of localSpans(spec, zone, fromExclusiveMs, toInclusiveMs)) {
    let from = span.fromMs;
    if (span.gapFromMs !== undefined && nextLocalTime(spec, span.gapFromMs, from + 1) !== undefined) {
      count += 1;
      from += 1_000;
    }
    count += countLocalTimes(spec, from, span.untilMs);
  }
  return count;
}

/** Local times [fromMs, untilMs) that the zone shows at one offset. */
interface LocalSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly offsetMs: number;
  /** The clock jumped to `fromMs`: what [gapFromMs, fromMs] names fires there, once. */
  readonly gapFromMs: number | undefined;
}

/** Cuts the real time (fromExclusiveMs, toInclusiveMs] into the local spans that the spec is matched against. */
function* localSpans(
  spec: CronSpec,
  zone: string,
  fromExclusiveMs: number,
  toInclusiveMs: number,
): Generator<LocalSpan> {
  const firstMs = Math.floor(fromExclusiveMs / 1_000) * 1_000 + 1_000;
  const lastMs = Math.min(toInclusiveMs, latestMs);
  if (!(firstMs <= lastMs)) return;

  let period = offsetPeriodAt(zone, firstMs);
  // The furthest that the local clock has been: a fixed spec never fires below it again.
  let reachedMs = period.startMs + period.offsetBeforeMs;
  for (;;) {
    const startLocalMs = period.startMs + period.offsetMs;
    const fromMs = Math.max(firstMs, period.startMs) + period.offsetMs;
    const untilMs = Math.min(lastMs + 1, period.endMs) + period.offsetMs;
    if (spec.kind === "running") {
      yield { fromMs, untilMs, offsetMs: period.offsetMs, gapFromMs: undefined };
    } else {
      const hasGap = reachedMs < startLocalMs && period.startMs >= firstMs;
      const gapFromMs = hasGap ? reachedMs : undefined;
      yield { fromMs: Math.max(fromMs, reachedMs), untilMs, offsetMs: period.offsetMs, gapFromMs };
    }
    if (period.endMs > lastMs) return;
    reachedMs = Math.max(reachedMs, period.endMs + period.offsetMs);
    period = offsetPeriodAt(zone, period.endMs);
  }
}
