import type { CronSpec } from "./cron.ts";

/*
 * Which local times a spec names, without any zone. A local time is written as the milliseconds that
 * the same digits would have in UTC; all are whole seconds.
 */

const dayMs = 86_400_000;

/** The first local time in [fromMs, untilMs) that the spec names, `undefined` when there is none. */
export function nextLocalTime(spec: CronSpec, fromMs: number, untilMs: number): number | undefined {
  let day = Math.floor(fromMs / dayMs);
  let atOfDay = timeOfDayFrom(spec, fromMs - day * dayMs);
  if (atOfDay === undefined) {
    day += 1;
    atOfDay = timeOfDayFrom(spec, 0);
  }
  const found = nextDay(spec, day, untilMs);
  if (found === undefined || atOfDay === undefined) return undefined;
  if (found > day) atOfDay = timeOfDayFrom(spec, 0) ?? 0;
  const at = found * dayMs + atOfDay;
  return at < untilMs ? at : undefined;
}

/** How many local times in [fromMs, untilMs) the spec names. Costs a step a day, whatever the number. */
export function countLocalTimes(spec: CronSpec, fromMs: number, untilMs: number): number {
  if (untilMs <= fromMs) return 0;
  const firstDay = Math.floor(fromMs / dayMs);
  const lastDay = Math.floor(untilMs / dayMs);
  const perDay = spec.hours.length * spec.minutes.length * spec.seconds.length;
  let count = 0;
  for (let day = nextDay(spec, firstDay, untilMs); day !== undefined; day = nextDay(spec, day + 1, untilMs)) {
    const before = day === firstDay ? countBeforeTimeOfDay(spec, fromMs - day * dayMs) : 0;
    const until = day === lastDay ? countBeforeTimeOfDay(spec, untilMs - day * dayMs) : perDay;
    count += until - before;
  }
  return count;
}

/** The first matching day at or after `day` (days since 1970) that starts before `untilMs`. */
function nextDay(spec: CronSpec, day: number, untilMs: number): number | undefined {
  let candidate = day;
  while (candidate * dayMs < untilMs) {
    const date = new Date(candidate * dayMs);
    if (spec.months.has(date.getUTCMonth() + 1)) {
      if (matchesDay(spec, date)) return candidate;
      candidate += 1;
    } else {
      candidate = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / dayMs;
    }
  }
  return undefined;
}

function matchesDay(spec: CronSpec, date: Date): boolean {
  const ofMonth = spec.daysOfMonth.has(date.getUTCDate());
  const ofWeek = spec.daysOfWeek.has(date.getUTCDay());
  return spec.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

function timeOfDayFrom(spec: CronSpec, fromMs: number): number | undefined {
  const [fromHour, fromMinute, fromSecond] = splitTimeOfDay(fromMs);
  const firstMinute = spec.minutes[0] ?? 0;
  const firstSecond = spec.seconds[0] ?? 0;
  for (const hour of spec.hours) {
    if (hour < fromHour) continue;
    if (hour > fromHour) return timeOfDay(hour, firstMinute, firstSecond);
    for (const minute of spec.minutes) {
      if (minute < fromMinute) continue;
      if (minute > fromMinute) return timeOfDay(hour, minute, firstSecond);
      const second = spec.seconds.find((candidate) => candidate >= fromSecond);
      if (second !== undefined) return timeOfDay(hour, minute, second);
    }
  }
  return undefined;
}

function countBeforeTimeOfDay(spec: CronSpec, beforeMs: number): number {
  const [hour, minute, second] = splitTimeOfDay(beforeMs);
  const perMinute = spec.seconds.length;
  const perHour = spec.minutes.length * perMinute;
  let count = countBelow(spec.hours, hour) * perHour;
  if (!spec.hours.includes(hour)) return count;
  count += countBelow(spec.minutes, minute) * perMinute;
  if (!spec.minutes.includes(minute)) return count;
  return count + countBelow(spec.seconds, second);
}

function countBelow(sorted: readonly number[], limit: number): number {
  const index = sorted.findIndex((value) => value >= limit);
  return index < 0 ? sorted.length : index;
}

/** Parts of a day are cut to whole seconds upwards: a spec names whole seconds only. */
function splitTimeOfDay(ofDayMs: number): [hour: number, minute: number, second: number] {
  const seconds = Math.ceil(ofDayMs / 1_000);
  return [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
}

function timeOfDay(hour: number, minute: number, second: number): number {
  return ((hour * 60 + minute) * 60 + second) * 1_000;
}
