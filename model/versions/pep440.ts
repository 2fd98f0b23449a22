import { compareDigits, compareText, isDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";

/** Either of PEP 440, or a version older than that standard, which ranks below all that follow it. */
export type PythonVersion = StandardVersion | LegacyVersion;

/** Numbers are kept as digits: as doubles, dates of 17 digits would meet. */
interface StandardVersion {
  readonly kind: "standard";
  readonly epoch: string;
  /** Without trailing zeros. */
  readonly release: readonly string[];
  /** Pre-release, post-release and development release. */
  readonly suffixes: readonly Suffix[];
  /** Absent below present. Numbers rank above words. */
  readonly local: readonly string[] | undefined;
}

/** The rank says which kind it is, absence being a kind below or above the others. */
interface Suffix {
  readonly rank: number;
  readonly number: string;
}

interface LegacyVersion {
  readonly kind: "legacy";
  readonly parts: readonly string[];
}

/** Appendix B of PEP 440, in lower case. */
const pattern = new RegExp(
  [
    "^v?(?:(?<epoch>[0-9]+)!)?",
    "(?<release>[0-9]+(?:\\.[0-9]+)*)",
    "(?<pre>[-_.]?(?<preName>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>[0-9]+)?)?",
    "(?<post>-(?<bareNumber>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>[0-9]+)?)?",
    "(?<dev>[-_.]?dev[-_.]?(?<devNumber>[0-9]+)?)?",
    "(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$",
  ].join(""),
);

/**
 * PEP 440 (https://peps.python.org/pep-0440/#summary-of-permitted-suffixes-and-relative-ordering) for PyPI.
 * Versions outside it exist in old records; they keep the order that setuptools gave them.
 */
export const pep440Order: VersionOrder<PythonVersion> = {
  parse(text) {
    const trimmed = text.trim().toLowerCase();
    if (trimmed === "") return undefined;
    const groups = pattern.exec(trimmed)?.groups;
    if (groups === undefined) return { kind: "legacy", parts: legacyParts(trimmed) };
    const { epoch = "", release = "", local } = groups;
    return {
      kind: "standard",
      epoch,
      release: withoutTrailingZeros(release.split(".")),
      suffixes: suffixesOf(groups),
      local: local?.split(/[-_.]/),
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
      compareDigits(a.epoch, b.epoch) ||
      compareLists(a.release, b.release, compareDigits) ||
      compareLists(a.suffixes, b.suffixes, compareSuffixes) ||
      compareLocal(a.local, b.local)
    );
  },
};

const preRanks: ReadonlyMap<string, number> = new Map([
  ["a", 0],
  ["alpha", 0],
  ["b", 1],
  ["beta", 1],
  ["c", 2],
  ["rc", 2],
  ["pre", 2],
  ["preview", 2],
]);

/** A development release alone ranks below every pre-release, a final release above. A missing number is 0. */
function suffixesOf(groups: Readonly<Record<string, string | undefined>>): Suffix[] {
  const { pre, preName = "", preNumber, post, bareNumber, postNumber, dev, devNumber } = groups;
  const isOnlyDevelopment = post === undefined && dev !== undefined;
  const withoutPre = { rank: isOnlyDevelopment ? -1 : 3, number: "" };
  return [
    pre === undefined ? withoutPre : { rank: preRanks.get(preName) ?? 2, number: preNumber ?? "" },
    { rank: post === undefined ? -1 : 0, number: bareNumber ?? postNumber ?? "" },
    { rank: dev === undefined ? 1 : 0, number: devNumber ?? "" },
  ];
}

function compareSuffixes(a: Suffix, b: Suffix): number {
  return a.rank - b.rank || compareDigits(a.number, b.number);
}

function withoutTrailingZeros(release: readonly string[]): string[] {
  return release.slice(0, release.findLastIndex((number) => !/^0+$/.test(number)) + 1);
}

function compareLocal(a: StandardVersion["local"], b: StandardVersion["local"]): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareLists(a, b, (left, right) => {
    const isNumber = isDigits(left);
    if (isNumber !== isDigits(right)) return isNumber ? 1 : -1;
    return isNumber ? compareDigits(left, right) : compareText(left, right);
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
