import { compareDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";
import { comparePrerelease } from "./prerelease.ts";

/** A semantic version without its build metadata, which has no rank. */
export interface SemanticVersion {
  readonly core: readonly [string, string, string];
  /** Identifiers after the dash; empty for a release. */
  readonly prerelease: readonly string[];
}

const pattern = /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?([^+]*)(?:\+|$)/i;
const prereleasePattern = /^[0-9A-Za-z.-]+$/;

/**
 * Semantic Versioning 2.0 section 11 (https://semver.org/#spec-item-11), for npm and crates.io and under
 * the Go order. It reads what feeds hold beyond the letter of the standard: a leading `v`, one or two
 * numbers (`1.2` is `1.2.0`), a pre-release without its dash (`1.2.3rc1`), numbers of any length. What
 * follows the third number counts as a pre-release, a fourth number too, as osv-scanner has it. The
 * `semver` package refuses numbers above 2^53, so it is the oracle of the tests, not the implementation.
 */
export const semverOrder: VersionOrder<SemanticVersion> = {
  parse(text) {
    const match = pattern.exec(text.trim());
    if (match === null) return undefined;
    const [, major = "", minor, patch = "0", rest = ""] = match;
    // A commit hash such as 7f3e2d1 is no version: letters need a second number before them.
    if (rest !== "" && !rest.startsWith("-") && minor === undefined) return undefined;
    const prerelease = rest.startsWith("-") ? rest.slice(1) : rest;
    if (rest !== "" && !prereleasePattern.test(prerelease)) return undefined;
    return { core: [major, minor ?? "0", patch], prerelease: rest === "" ? [] : prerelease.split(".") };
  },
  compare(a, b) {
    return (
      compareDigits(a.core[0], b.core[0]) ||
      compareDigits(a.core[1], b.core[1]) ||
      compareDigits(a.core[2], b.core[2]) ||
      comparePrerelease(a.prerelease, b.prerelease)
    );
  },
};
