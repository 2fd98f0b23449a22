import { invalidField } from "../errors.ts";
import { CronFieldError, parseCronField } from "./cron-field.ts";

/** A parsed cron expression: what the calendar matches local times against. Lists are sorted and unique. */
export interface CronSpec {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 0 (Sunday) to 6. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** Both day fields are restricted (neither starts with `*`): a day matches when either does, else when both do. */
  readonly eitherDay: boolean;
  /**
   * `fixed` when the hour field has neither `*` nor a step: the spec names local times, each fires once a day.
   * `running` otherwise: the spec names an interval and fires at every real instant whose local fields match.
   */
  readonly kind: "fixed" | "running";
}

/** Longest expression that is read. */
export const cronMaxLength = 256;

const macros: ReadonlyMap<string, string> = new Map([
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
]);

/** The most days that a month can have, January first. */
const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Parses a cron expression: five fields (minute, hour, day of month, month, day of week), six with the
 * seconds first, or one of the names `@hourly` to `@yearly`. Day fields follow Vixie cron.
 * Throws `invalid` at the field `whenCron`.
 */
export function parseCron(text: string): CronSpec {
  if (text.length > cronMaxLength) {
    throw invalidField("whenCron", `must be at most ${cronMaxLength} characters`);
  }
  const fields = expandMacro(text.trim()).split(/[ \t]+/);
  if (fields.length === 5) fields.unshift("0");
  const [second, minute, hour, dayOfMonth, month, dayOfWeek] = fields;
  if (fields.length !== 6 || !second || !minute || !hour || !dayOfMonth || !month || !dayOfWeek) {
    throw invalidField(
      "whenCron",
      "needs five fields (minute, hour, day of month, month, day of week) or six with the seconds first",
    );
  }
  try {
    const spec: CronSpec = {
      seconds: parseCronField("second", second),
      minutes: parseCronField("minute", minute),
      hours: parseCronField("hour", hour),
      daysOfMonth: new Set(parseCronField("day of month", dayOfMonth)),
      months: new Set(parseCronField("month", month)),
      daysOfWeek: new Set(parseCronField("day of week", dayOfWeek).map((day) => day % 7)),
      eitherDay: !dayOfMonth.startsWith("*") && !dayOfWeek.startsWith("*"),
      kind: /[*/]/.test(hour) ? "running" : "fixed",
    };
    if (!hasSomeDay(spec)) {
      throw new CronFieldError(
        `day of month field ${JSON.stringify(dayOfMonth)}: month ${month} never has that day`,
      );
    }
    return spec;
  } catch (error) {
    if (error instanceof CronFieldError) throw invalidField("whenCron", error.message);
    throw error;
  }
}

function expandMacro(text: string): string {
  if (!text.startsWith("@")) return text;
  const expanded = macros.get(text.toLowerCase());
  if (expanded !== undefined) return expanded;
  throw invalidField(
    "whenCron",
    `${JSON.stringify(text)} is unknown; known are ${[...macros.keys()].join(", ")}`,
  );
}

/** Every weekday meets every existing date within 40 years, so only the date itself can be impossible. */
function hasSomeDay(spec: CronSpec): boolean {
  if (spec.eitherDay) return true;
  const firstDay = Math.min(...spec.daysOfMonth);
  return [...spec.months].some((month) => firstDay <= (longestMonths[month - 1] ?? 0));
}
