import { compareDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";
import { comparePrerelease } from "./prerelease.ts";

export interface NugetVersion {
  /** One to four numbers; a missing one is zero. */
  readonly numbers: readonly string[];
  /** Identifiers in lower case; empty for a release. */
  readonly prerelease: readonly string[];
}

const pattern = /^v?([0-9]+(?:\.[0-9]+){0,3})(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/i;

/**
 * NuGet's order (https://learn.microsoft.com/nuget/concepts/package-versioning): semantic versions with a
 * fourth number, without case, build metadata without rank.
 */
export const nugetOrder: VersionOrder<NugetVersion> = {
  parse(text) {
    const match = pattern.exec(text.trim());
    if (match === null) return undefined;
    const [, numbers = "", prerelease] = match;
    return { numbers: numbers.split("."), prerelease: prerelease?.toLowerCase().split(".") ?? [] };
  },
  compare(a, b) {
    for (let i = 0; i < 4; i++) {
      const difference = compareDigits(a.numbers[i] ?? "", b.numbers[i] ?? "");
      if (difference !== 0) return difference;
    }
    return comparePrerelease(a.prerelease, b.prerelease);
  },
};
