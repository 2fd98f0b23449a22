import { compareDigits, isDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";

/** Numbers and words. */
export type PhpVersion = readonly string[];

/**
 * PHP's `version_compare` (https://www.php.net/manual/function.version-compare.php), which Packagist's
 * records are ordered by: any other word < dev < alpha < beta < RC < a number or nothing < pl. More
 * numbers are more: `1.0` < `1.0.0`.
 */
export const packagistOrder: VersionOrder<PhpVersion> = {
  parse(text) {
    const parts = text
      .trim()
      .replace(/^v/i, "")
      .match(/[0-9]+|[^0-9.\-_+]+/g);
    return parts ?? undefined;
  },
  compare(a, b) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const difference = compareParts(a[i] ?? "", b[i] ?? "");
      if (difference !== 0) return difference;
    }
    return rankOfRest(a.slice(b.length)) - rankOfRest(b.slice(a.length));
  },
};

function compareParts(a: string, b: string): number {
  if (isDigits(a) && isDigits(b)) return compareDigits(a, b);
  return rank(a) - rank(b);
}

/** What follows where the other version has ended: positive when it raises the version. */
function rankOfRest(parts: readonly string[]): number {
  for (const part of parts) {
    if (isDigits(part)) return 1;
    const difference = rank(part) - numberRank;
    if (difference !== 0) return difference;
  }
  return 0;
}

const numberRank = 4;
const wordRanks: readonly (readonly [string, number])[] = [
  ["dev", 0],
  ["a", 1],
  ["b", 2],
  ["RC", 3],
  ["rc", 3],
  ["#", numberRank],
  ["p", 5],
];

/** PHP looks at the first letters only, so that `alpha`, `a` and `able` are one. */
function rank(part: string): number {
  if (isDigits(part)) return numberRank;
  return wordRanks.find(([start]) => part.startsWith(start))?.[1] ?? -1;
}
