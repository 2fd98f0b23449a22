import { alpineOrder } from "./alpine.ts";
import { debianOrder } from "./debian.ts";
import { goOrder } from "./go.ts";
import { mavenOrder } from "./maven.ts";
import { nugetOrder } from "./nuget.ts";
import { type VersionOrder, versionMaxLength } from "./order.ts";
import { packagistOrder } from "./packagist.ts";
import { pep440Order } from "./pep440.ts";
import { rpmOrder } from "./rpm.ts";
import { rubygemsOrder } from "./rubygems.ts";
import { semverOrder } from "./semver.ts";

/**
 * The order of versions by OSV ecosystem, without the release that follows the colon
 * (https://ossf.github.io/osv-schema/#defined-ecosystems). An ecosystem that is not here is not covered:
 * its versions are never compared.
 */
const orders: ReadonlyMap<string, VersionOrder<unknown>> = new Map<string, VersionOrder<unknown>>([
  ["Go", goOrder],
  ["npm", semverOrder],
  ["crates.io", semverOrder],
  ["PyPI", pep440Order],
  ["Maven", mavenOrder],
  ["RubyGems", rubygemsOrder],
  ["NuGet", nugetOrder],
  ["Packagist", packagistOrder],
  ["Debian", debianOrder],
  ["Ubuntu", debianOrder],
  ["Alpine", alpineOrder],
  ["Red Hat", rpmOrder],
]);

/** The answer for versions that no order relates: malformed, too long, or of an ecosystem not covered. */
export type Incomparable = "incomparable";

/** A version read once, to be compared many times. Opaque but for its text. */
export interface ParsedVersion {
  readonly text: string;
  readonly order: VersionOrder<unknown>;
  readonly value: unknown;
}

/** `Debian` of `Debian:12`, `npm` of `npm`. */
export function ecosystemWithoutRelease(ecosystem: string): string {
  const colon = ecosystem.indexOf(":");
  return colon < 0 ? ecosystem : ecosystem.slice(0, colon);
}

/** Whether versions of this OSV ecosystem (`npm`, `Debian:12`, `Alpine:v3.19`) can be compared. */
export function isCovered(ecosystem: string): boolean {
  return orders.has(ecosystemWithoutRelease(ecosystem));
}

/** Reads a version; `undefined` when it is malformed, longer than 1,024, or its ecosystem not covered. */
export function parseVersion(ecosystem: string, text: string): ParsedVersion | undefined {
  const order = orders.get(ecosystemWithoutRelease(ecosystem));
  if (order === undefined || text.length > versionMaxLength) return undefined;
  const value = order.parse(text);
  return value === undefined ? undefined : { text, order, value };
}

/** Negative, zero or positive. Versions of two orders are incomparable. */
export function compareParsed(a: ParsedVersion, b: ParsedVersion): number | Incomparable {
  return a.order === b.order ? a.order.compare(a.value, b.value) : "incomparable";
}

/** Compares two versions by the rules of their OSV ecosystem. Never throws. */
export function compareVersions(ecosystem: string, a: string, b: string): number | Incomparable {
  const left = parseVersion(ecosystem, a);
  const right = parseVersion(ecosystem, b);
  if (left === undefined || right === undefined) return "incomparable";
  return compareParsed(left, right);
}
