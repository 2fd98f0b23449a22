import { compareDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";

/** `[epoch:]upstream[-revision]` as dpkg cuts it. */
export interface DebianVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

/** dpkg's order (deb-version(7)), for Debian and Ubuntu. */
export const debianOrder: VersionOrder<DebianVersion> = {
  parse(text) {
    const match = /^(?:([0-9]+):)?([^\s:-][^\s]*)$/.exec(text.trim());
    if (match === null) return undefined;
    const [, epoch = "0", rest = ""] = match;
    const dash = rest.lastIndexOf("-");
    if (dash < 0) return { epoch, upstream: rest, revision: "0" };
    return { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
  },
  compare(a, b) {
    return (
      compareDigits(a.epoch, b.epoch) ||
      compareRuns(a.upstream, b.upstream) ||
      compareRuns(a.revision, b.revision)
    );
  },
};

/** Runs of non-digits and digits in turn; in a run of non-digits `~` ranks before the end, letters first. */
function compareRuns(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigitAt(a, i)) || (j < b.length && !isDigitAt(b, j))) {
      const difference = rank(a, i) - rank(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const endA = endOfDigits(a, i);
    const endB = endOfDigits(b, j);
    const difference = compareDigits(a.slice(i, endA), b.slice(j, endB));
    if (difference !== 0) return difference;
    i = endA;
    j = endB;
  }
  return 0;
}

function rank(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code) || isDigitAt(text, at)) return 0;
  if (code === 0x7e) return -1;
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return isLetter ? code : code + 256;
}

function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (isDigitAt(text, end)) end++;
  return end;
}
