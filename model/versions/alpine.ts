import { compareDigits, compareText, isDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";

/** `1.2.3b_rc1_p2-r4` in parts. */
export interface AlpineVersion {
  /** Runs of digits between dots; an empty one is kept. */
  readonly numbers: readonly string[];
  readonly letter: string;
  /** Digits right behind the letter. */
  readonly afterLetter: string;
  readonly suffixes: readonly { readonly rank: number; readonly number: string }[];
  /** Package revision after `-r`, `undefined` when there is none. */
  readonly revision: string | undefined;
  /** Whether something follows that no version has. Such a version ranks below the same one without. */
  readonly isInvalid: boolean;
}

/** Below zero before the release, above after it (apk-tools, `src/version.c`). */
const suffixRanks: ReadonlyMap<string, number> = new Map([
  ["alpha", -4],
  ["beta", -3],
  ["pre", -2],
  ["rc", -1],
  ["cvs", 1],
  ["svn", 2],
  ["git", 3],
  ["hg", 4],
  ["p", 5],
]);

const pattern =
  /^([0-9.]*)(?:([a-z])([0-9]*))?((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)(?:-r([0-9]*))?(.*)$/;

/** apk's order, for Alpine. What follows a broken part is not compared. */
export const alpineOrder: VersionOrder<AlpineVersion> = {
  parse(text) {
    const match = pattern.exec(text.trim());
    if (match === null) return undefined;
    const [, numbers = "", letter = "", afterLetter = "", suffixes = "", revision, rest = ""] = match;
    if (!/[0-9]/.test(numbers) && (letter === "" || rest !== "")) return undefined;
    return {
      numbers: numbers.split("."),
      letter,
      afterLetter,
      suffixes: [...suffixes.matchAll(/_([a-z]+)([0-9]*)/g)].map(([, name = "", number = ""]) => ({
        rank: suffixRanks.get(name) ?? 0,
        number,
      })),
      revision,
      isInvalid: rest !== "",
    };
  },
  compare(a, b) {
    return (
      compareNumbers(a.numbers, b.numbers) ||
      compareText(a.letter, b.letter) ||
      compareDigits(a.afterLetter, b.afterLetter) ||
      compareSuffixes(a.suffixes, b.suffixes) ||
      Number(b.isInvalid) - Number(a.isInvalid) ||
      compareRevisions(a, b)
    );
  },
};

function compareNumbers(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = compareNumber(a[i], b[i], i === 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** An empty number ranks below a missing one. After the first, a leading zero makes it a fraction. */
function compareNumber(a: string | undefined, b: string | undefined, isFirst: boolean): number {
  if (a === undefined || a === "" || b === undefined || b === "") return presence(a) - presence(b);
  const isFraction = !isFirst && (a.startsWith("0") || b.startsWith("0"));
  return isFraction ? compareText(a, b) : compareDigits(a, b);
}

function presence(number: string | undefined): number {
  if (number === undefined) return 0;
  return isDigits(number) ? 1 : -1;
}

function compareSuffixes(a: AlpineVersion["suffixes"], b: AlpineVersion["suffixes"]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const left = a[i];
    const right = b[i];
    const difference =
      (left?.rank ?? 0) - (right?.rank ?? 0) || compareDigits(left?.number ?? "", right?.number ?? "");
    if (difference !== 0) return difference;
  }
  return 0;
}

/** No revision ranks below `-r0`, except where both are broken and only revisions are left to tell. */
function compareRevisions(a: AlpineVersion, b: AlpineVersion): number {
  if (!a.isInvalid && (a.revision === undefined || b.revision === undefined)) {
    return Number(a.revision !== undefined) - Number(b.revision !== undefined);
  }
  return compareDigits(a.revision ?? "", b.revision ?? "");
}
