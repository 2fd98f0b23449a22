import { compareDigits, compareText, isDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";

export interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  /** `undefined` ranks below any, the empty one too. */
  readonly release: string | undefined;
}

/** RPM's order of `[epoch:]version[-release]` (rpm-version(7)), for Red Hat. */
export const rpmOrder: VersionOrder<RpmVersion> = {
  parse(text) {
    const trimmed = text.trim();
    if (trimmed === "") return undefined;
    const colon = trimmed.indexOf(":");
    const rest = trimmed.slice(colon + 1);
    const dash = rest.lastIndexOf("-");
    return {
      epoch: colon < 0 ? "0" : trimmed.slice(0, colon),
      version: dash < 0 ? rest : rest.slice(0, dash),
      release: dash < 0 ? undefined : rest.slice(dash + 1),
    };
  },
  compare(a, b) {
    return (
      compareParts(a.epoch, b.epoch) ||
      compareParts(a.version, b.version) ||
      Number(a.release !== undefined) - Number(b.release !== undefined) ||
      compareParts(a.release ?? "", b.release ?? "")
    );
  },
};

/** Runs of digits, runs of letters, `~` and `^`; everything else only separates. */
function compareParts(a: string, b: string): number {
  const left = a.match(/[0-9]+|[A-Za-z]+|[~^]/g) ?? [];
  const right = b.match(/[0-9]+|[A-Za-z]+|[~^]/g) ?? [];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = rank(left[i]) - rank(right[i]) || compareRuns(left[i] ?? "", right[i] ?? "");
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `~` below the end, the end below `^`, then letters, then numbers. */
function rank(part: string | undefined): number {
  if (part === undefined) return 1;
  if (part === "~") return 0;
  if (part === "^") return 2;
  return isDigits(part) ? 4 : 3;
}

function compareRuns(a: string, b: string): number {
  return isDigits(a) ? compareDigits(a, b) : compareText(a, b);
}
