/** What is wrong with one field, as in `hour field "25": must lie in 0 to 23`. */
export class CronFieldError extends Error {}

export type CronFieldName = keyof typeof ranges;

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const ranges = {
  second: { min: 0, max: 59, names: [] as readonly string[] },
  minute: { min: 0, max: 59, names: [] as readonly string[] },
  hour: { min: 0, max: 23, names: [] as readonly string[] },
  "day of month": { min: 1, max: 31, names: [] as readonly string[] },
  month: { min: 1, max: 12, names: monthNames },
  // 7 is Sunday again, so that `5-7` can be written.
  "day of week": { min: 0, max: 7, names: dayNames },
} as const;

/**
 * Parses one field: a list of `*`, `n`, `n-m`, each with an optional step (`n/s` means from n to the end).
 * Months and weekdays have three-letter names in any case. Returns the values, sorted and unique.
 */
export function parseCronField(name: CronFieldName, text: string): readonly number[] {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    for (const value of parseItem(name, text, item)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function parseItem(name: CronFieldName, text: string, item: string): readonly number[] {
  const { min, max } = ranges[name];
  const [span = "", stepText, ...more] = item.split("/");
  if (more.length > 0) throw fieldError(name, text, `${JSON.stringify(item)} has two steps`);
  const [fromText = "", toText, ...rest] = span.split("-");
  if (rest.length > 0) throw fieldError(name, text, `${JSON.stringify(item)} is no range`);

  const step = stepText === undefined ? 1 : parseNumber(name, text, stepText, 1, max);
  if (span === "*") return valuesBetween(min, max, step);
  const from = parseValue(name, text, fromText);
  let to = stepText === undefined ? from : max;
  if (toText !== undefined) to = parseValue(name, text, toText);
  // FRI-SUN: the Sunday that ends the week.
  if (name === "day of week" && to === 0 && from > 0) to = 7;
  if (from > to) {
    throw fieldError(
      name,
      text,
      `the range ${span} ends before it starts; write ${from}-${max},${min}-${to}`,
    );
  }
  return valuesBetween(from, to, step);
}

function parseValue(name: CronFieldName, text: string, value: string): number {
  const { min, max, names } = ranges[name];
  const named = names.indexOf(value.toUpperCase());
  if (named >= 0) return named + min;
  return parseNumber(name, text, value, min, max);
}

function parseNumber(name: CronFieldName, text: string, digits: string, min: number, max: number): number {
  if (!/^\d{1,4}$/.test(digits)) {
    throw fieldError(
      name,
      text,
      `${JSON.stringify(digits)} is not understood; use numbers, names, lists, ranges and steps`,
    );
  }
  const value = Number(digits);
  if (value < min || value > max) throw fieldError(name, text, `${digits} must lie in ${min} to ${max}`);
  return value;
}

function valuesBetween(from: number, to: number, step: number): readonly number[] {
  const values: number[] = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return values;
}

function fieldError(name: CronFieldName, text: string, problem: string): CronFieldError {
  return new CronFieldError(`${name} field ${JSON.stringify(text)}: ${problem}`);
}
