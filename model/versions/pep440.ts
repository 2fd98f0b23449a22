import { parse, valid } from "@renovatebot/pep440";
import { compareDigits, compareText, isDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";

/** Either of PEP 440, or a version older than that standard, which ranks below all that follow it. */
export type PythonVersion = StandardVersion | LegacyVersion;

interface StandardVersion {
  readonly kind: "standard";
  readonly epoch: number;
  /** Without trailing zeros. */
  readonly release: readonly number[];
  /** Pre-release, post-release and development release as ranks: absence is below or above any number. */
  readonly suffixes: readonly number[];
  /** Absent below present. Numbers rank above words. */
  readonly local: readonly (number | string)[] | undefined;
}

interface LegacyVersion {
  readonly kind: "legacy";
  readonly parts: readonly string[];
}

/**
 * PEP 440 (https://peps.python.org/pep-0440/#summary-of-permitted-suffixes-and-relative-ordering) for PyPI.
 * Versions outside it exist in old records; they keep the order that setuptools gave them.
 */
export const pep440Order: VersionOrder<PythonVersion> = {
  parse(text) {
    const trimmed = text.trim();
    if (trimmed === "") return undefined;
    if (valid(trimmed) === null) return { kind: "legacy", parts: legacyParts(trimmed.toLowerCase()) };
    const version = parse(trimmed);
    if (version === null) return undefined;
    const { epoch, release, pre, post, dev, local } = version;
    return {
      kind: "standard",
      epoch,
      release: withoutTrailingZeros(release),
      suffixes: [
        ...preRank(pre, post !== null, dev !== null),
        post === null ? -1 : Number(post[1]),
        dev === null ? Infinity : Number(dev[1]),
      ],
      local: localParts(local),
    };
  },
  compare(a, b) {
    if (a.kind === "legacy" || b.kind === "legacy") {
      if (a.kind !== b.kind) return a.kind === "legacy" ? -1 : 1;
      if (a.kind === "legacy" && b.kind === "legacy")
        return compareLists(a.parts, b.parts, compareLegacyParts);
      return 0;
    }
    return (
      a.epoch - b.epoch ||
      compareLists(a.release, b.release, compareNumbers) ||
      compareLists(a.suffixes, b.suffixes, compareNumbers) ||
      compareLocal(a.local, b.local)
    );
  },
};

/** A development release alone ranks below every pre-release, a final release above. */
function preRank(pre: readonly (string | number)[] | null, hasPost: boolean, hasDev: boolean): number[] {
  if (pre === null) return [!hasPost && hasDev ? -1 : Infinity, 0];
  return [["a", "b", "rc"].indexOf(String(pre[0])), Number(pre[1])];
}

/** The library gives a list of numbers and words here, whatever its types say. */
function localParts(local: unknown): StandardVersion["local"] {
  if (!Array.isArray(local)) return undefined;
  return local.map((part: unknown) => (typeof part === "number" ? part : String(part)));
}

function withoutTrailingZeros(release: readonly number[]): number[] {
  return release.slice(0, release.findLastIndex((number) => number !== 0) + 1);
}

/** Not a subtraction: infinity minus infinity is no number. */
function compareNumbers(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compareLocal(a: StandardVersion["local"], b: StandardVersion["local"]): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareLists(a, b, (left, right) => {
    if (typeof left === "number" && typeof right === "number") return compareNumbers(left, right);
    if (typeof left === "string" && typeof right === "string") return compareText(left, right);
    return typeof left === "number" ? 1 : -1;
  });
}

function compareLists<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = compare(a[i] as T, b[i] as T);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const legacyNames: ReadonlyMap<string, string> = new Map([
  ["pre", "c"],
  ["preview", "c"],
  ["rc", "c"],
  ["-", "final-"],
  ["dev", "@"],
]);

/**
 * Numbers, words and dashes of a legacy version. Words carry a star, which sorts them below numbers; the
 * end is the word `final`, so that words before it in the alphabet mark pre-releases.
 */
function legacyParts(text: string): string[] {
  const parts: string[] = [];
  const tokens = [...(text.match(/[0-9]+|[a-z]+|-|[^0-9a-z.-]+/g) ?? []), "final"];
  for (const token of tokens) {
    if (isDigits(token)) {
      parts.push(token);
      continue;
    }
    const word = `*${legacyNames.get(token) ?? token}`;
    if (word < "*final") dropLast(parts, (part) => part === "*final-");
    dropLast(parts, (part) => /^0+$/.test(part));
    parts.push(word);
  }
  return parts;
}

function dropLast(parts: string[], drops: (part: string) => boolean): void {
  for (let last = parts.at(-1); last !== undefined && drops(last); last = parts.at(-1)) parts.pop();
}

function compareLegacyParts(a: string, b: string): number {
  return isDigits(a) && isDigits(b) ? compareDigits(a, b) : compareText(a, b);
}
