import type { AffectedPackage } from "../advisories/facts.ts";
import { compareParsed, type ParsedVersion, parseVersion } from "../versions/orders.ts";

interface ReadEvent {
  readonly event: "introduced" | "fixed" | "lastAffected" | "limit";
  /** `undefined` is the lowest of all for `introduced: "0"`, the highest of all for `limit: "*"`. */
  readonly version: ParsedVersion | undefined;
}

/** The versions of one package that an advisory affects, read once to be asked many times. */
export interface AffectedVersions {
  readonly ranges: readonly (readonly ReadEvent[])[];
  readonly listed: ReadonlySet<string>;
  /** The listed versions parsed, once somebody needs them. */
  readonly listedParsed: () => readonly ParsedVersion[];
  /** Versions that end a range, in no order. */
  readonly fixed: readonly ParsedVersion[];
}

/**
 * Reads the ranges and the list of an affected package in the order of its ecosystem. A range that names
 * a version nobody can read is left out: half a range would affect too much or too little.
 */
export function readAffectedVersions({ ecosystem, ranges, versions }: AffectedPackage): AffectedVersions {
  const read = ranges
    .map(({ events }) => readEvents(ecosystem, events))
    .filter((events) => events !== undefined);
  let parsed: readonly ParsedVersion[] | undefined;
  return {
    ranges: read,
    listed: new Set(versions),
    listedParsed: () => {
      parsed ??= versions
        .map((version) => parseVersion(ecosystem, version))
        .filter((version) => version !== undefined);
      return parsed;
    },
    fixed: read
      .flat()
      .flatMap(({ event, version }) => (event === "fixed" && version !== undefined ? [version] : [])),
  };
}

/**
 * OSV's evaluation (https://ossf.github.io/osv-schema/#evaluation): listed by name, or inside a range.
 * A version that cannot be parsed is affected only when it is listed letter by letter.
 */
export function isVersionAffected(
  affected: AffectedVersions,
  text: string,
  version: ParsedVersion | undefined,
): boolean {
  if (affected.listed.has(text)) return true;
  if (version === undefined) return false;
  return (
    affected.ranges.some((events) => isInRange(events, version)) ||
    affected.listedParsed().some((listed) => compareParsed(listed, version) === 0)
  );
}

/** Events sorted by version; those of one version keep the order of the record. */
function readEvents(
  ecosystem: string,
  events: AffectedPackage["ranges"][number]["events"],
): readonly ReadEvent[] | undefined {
  const read: ReadEvent[] = [];
  for (const { event, version } of events) {
    const isOpen = (event === "introduced" && version === "0") || (event === "limit" && version === "*");
    const parsed = isOpen ? undefined : parseVersion(ecosystem, version);
    if (!isOpen && parsed === undefined) return undefined;
    read.push({ event, version: parsed });
  }
  return read.sort((a, b) => rank(a) - rank(b) || order(a.version, b.version));
}

function isInRange(events: readonly ReadEvent[], version: ParsedVersion): boolean {
  let isAffected = false;
  let hasLimit = false;
  let isBelowLimit = false;
  for (const { event, version: at } of events) {
    const difference = at === undefined ? 1 : order(version, at);
    if (event === "introduced" && difference >= 0) isAffected = true;
    else if (event === "fixed" && difference >= 0) isAffected = false;
    else if (event === "lastAffected" && difference > 0) isAffected = false;
    else if (event === "limit") {
      hasLimit = true;
      isBelowLimit ||= at === undefined || difference < 0;
    }
  }
  return isAffected && (!hasLimit || isBelowLimit);
}

function rank({ event, version }: ReadEvent): number {
  if (version !== undefined) return 1;
  return event === "limit" ? 2 : 0;
}

/** Both are of one ecosystem here, so they compare. */
function order(a: ParsedVersion | undefined, b: ParsedVersion | undefined): number {
  if (a === undefined || b === undefined) return 0;
  const difference = compareParsed(a, b);
  return difference === "incomparable" ? 0 : difference;
}
