import { compareDigits, compareText, isDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";

/** Numbers and words, without the zeros that have no rank. */
export type RubyVersion = readonly string[];

const pattern = /^v?[0-9][0-9A-Za-z.-]*$/;

/** `Gem::Version` (https://docs.ruby-lang.org/en/master/Gem/Version.html): a word ranks below a number. */
export const rubygemsOrder: VersionOrder<RubyVersion> = {
  parse(text) {
    const trimmed = text.trim();
    if (!pattern.test(trimmed)) return undefined;
    const segments =
      trimmed
        .replace(/^v/, "")
        .replaceAll("-", ".pre.")
        .match(/[0-9]+|[A-Za-z]+/g) ?? [];
    const firstWord = segments.findIndex((segment) => !isDigits(segment));
    const numbers = firstWord < 0 ? segments : segments.slice(0, firstWord);
    const rest = firstWord < 0 ? [] : segments.slice(firstWord);
    return [...withoutTrailingZeros(numbers), ...withoutTrailingZeros(rest)];
  },
  compare(a, b) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      const difference = compareSegments(a[i] ?? "0", b[i] ?? "0");
      if (difference !== 0) return difference;
    }
    return 0;
  },
};

function withoutTrailingZeros(segments: readonly string[]): readonly string[] {
  return segments.slice(0, segments.findLastIndex((segment) => !/^0+$/.test(segment)) + 1);
}

function compareSegments(a: string, b: string): number {
  const isNumberA = isDigits(a);
  const isNumberB = isDigits(b);
  if (isNumberA && isNumberB) return compareDigits(a, b);
  if (isNumberA !== isNumberB) return isNumberA ? 1 : -1;
  return compareText(a, b);
}
