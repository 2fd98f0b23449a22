import { compareDigits, compareText, isDigits } from "./digits.ts";

/**
 * Compares the identifiers of two pre-releases (https://semver.org/#spec-item-11): a release ranks above
 * all of its pre-releases, numbers below words, a longer list above its own beginning.
 */
export function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = compareIdentifier(a[i] ?? "", b[i] ?? "");
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareIdentifier(a: string, b: string): number {
  const isNumberA = isDigits(a);
  const isNumberB = isDigits(b);
  if (isNumberA && isNumberB) return compareDigits(a, b);
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return compareText(a, b);
}
