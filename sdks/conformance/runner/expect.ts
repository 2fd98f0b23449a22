import { isDeepStrictEqual } from "node:util";

/** The worker did something else than the protocol says. */
export class Mismatch extends Error {
  readonly expected: string;
  readonly came: string;

  constructor(expected: string, came: unknown) {
    super(`Expected ${expected}; came ${show(came)}`);
    this.name = "Mismatch";
    this.expected = expected;
    this.came = show(came);
  }
}

/** The scenario cannot be tried on this machine. */
export class Skipped extends Error {
  constructor(why: string) {
    super(why);
    this.name = "Skipped";
  }
}

/** @throws Mismatch unless it holds. */
export function expectThat(isTrue: boolean, expected: string, came: unknown): asserts isTrue {
  if (!isTrue) throw new Mismatch(expected, came);
}

export function expectEqual(what: string, came: unknown, expected: unknown): void {
  expectThat(isDeepStrictEqual(came, expected), `${what} ${show(expected)}`, came);
}

/** Every field of `part` must be in `came` with that value; objects inside are compared the same way. */
export function expectPart(what: string, came: unknown, part: Readonly<Record<string, unknown>>): void {
  expectThat(hasPart(came, part), `${what} with ${show(part)}`, came);
}

function hasPart(came: unknown, part: unknown): boolean {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return isDeepStrictEqual(came, part);
  if (typeof came !== "object" || came === null) return false;
  return Object.entries(part).every(([name, value]) => hasPart(Reflect.get(came, name), value));
}

export function expectBetween(what: string, came: number, lowest: number, highest: number): void {
  const expected = `${what} from ${Math.round(lowest)} to ${Math.round(highest)}`;
  expectThat(came >= lowest && came <= highest, expected, Math.round(came * 100) / 100);
}

const longestShown = 400;

function show(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
