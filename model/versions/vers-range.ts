import { compareParsed, type ParsedVersion, parseVersion } from "./orders.ts";

type Comparator = "=" | "!=" | "<" | "<=" | ">" | ">=";

interface Constraint {
  readonly comparator: Comparator;
  readonly version: ParsedVersion;
}

/** A set of versions (VERS, https://github.com/package-url/vers-spec). */
export interface VersRange {
  /** Versioning scheme, for example `npm` or `deb`. */
  readonly scheme: string;
  /** Sorted by version, each version once; empty means every version (`*`). */
  readonly constraints: readonly Constraint[];
}

/** A text that is no range. `message` is short, public and says what is wrong. */
export class VersRangeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "VersRangeError";
  }
}

/** Longest text that is read as a range, in UTF-16 units, and its most constraints. */
export const versRangeMaxLength = 16_384;
export const versRangeMaxConstraints = 1_000;

/** The OSV ecosystem whose order a scheme means. */
const ecosystems: ReadonlyMap<string, string> = new Map([
  ["npm", "npm"],
  ["semver", "npm"],
  ["golang", "Go"],
  ["cargo", "crates.io"],
  ["pypi", "PyPI"],
  ["maven", "Maven"],
  ["gem", "RubyGems"],
  ["nuget", "NuGet"],
  ["composer", "Packagist"],
  ["deb", "Debian"],
  ["apk", "Alpine"],
  ["alpine", "Alpine"],
  ["rpm", "Red Hat"],
]);

/**
 * Reads a range such as `vers:npm/>=1.0.0|<2.0.0|!=1.5.0` or `vers:pypi/*`. Constraints may come in any
 * order; redundant ones are dropped as the specification says.
 * @throws VersRangeError
 */
export function parseVersRange(text: string): VersRange {
  if (text.length > versRangeMaxLength) {
    throw new VersRangeError(`is longer than ${versRangeMaxLength} characters`);
  }
  const match = /^vers:([a-z][a-z0-9.-]*)\/(.*)$/i.exec(text.replaceAll(/\s/g, ""));
  if (match === null) throw new VersRangeError("is not written as vers:scheme/constraints");
  const scheme = (match[1] ?? "").toLowerCase();
  const ecosystem = ecosystems.get(scheme);
  if (ecosystem === undefined) throw new VersRangeError(`has the scheme ${scheme}, which is not covered`);
  if (match[2] === "*") return { scheme, constraints: [] };
  const pieces = (match[2] ?? "").split("|").filter((piece) => piece !== "");
  if (pieces.length === 0) throw new VersRangeError("needs a constraint or *");
  if (pieces.length > versRangeMaxConstraints) {
    throw new VersRangeError(`has more than ${versRangeMaxConstraints} constraints`);
  }
  const constraints = pieces
    .map((piece) => parseConstraint(ecosystem, piece))
    .sort((a, b) => order(a.version, b.version));
  const repeated = constraints.find(
    ({ version }, at) => at > 0 && order(version, constraints[at - 1]?.version ?? version) === 0,
  );
  if (repeated !== undefined) throw new VersRangeError(`names the version ${repeated.version.text} twice`);
  return { scheme, constraints };
}

/** Whether a version lies in the range. A version that the scheme cannot read lies only in `*`. */
export function versRangeContains(range: VersRange, version: string): boolean {
  if (range.constraints.length === 0) return true;
  const parsed = parseVersion(ecosystems.get(range.scheme) ?? "", version);
  return parsed !== undefined && versRangeContainsParsed(range, parsed);
}

/** As `versRangeContains`; a version of another order than the range's lies only in `*`. */
export function versRangeContainsParsed({ constraints }: VersRange, version: ParsedVersion): boolean {
  const first = constraints[0];
  if (first === undefined) return true;
  if (first.version.order !== version.order) return false;
  const named = constraints.find((constraint) => order(constraint.version, version) === 0);
  if (named !== undefined) return named.comparator.includes("=") && named.comparator !== "!=";
  const bounds = simplified(constraints.filter(isBound));
  if (bounds.length === 0) return constraints.every(({ comparator }) => comparator === "!=");
  return isBetween(bounds, version);
}

function parseConstraint(ecosystem: string, piece: string): Constraint {
  const match = /^(!=|<=|>=|<|>|=)?(.+)$/.exec(piece);
  const text = decoded(match?.[2] ?? "");
  const version = parseVersion(ecosystem, text);
  if (version === undefined) {
    throw new VersRangeError(
      `has the constraint ${piece.slice(0, 100)}, which names no version of its scheme`,
    );
  }
  return { comparator: (match?.[1] as Comparator | undefined) ?? "=", version };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new VersRangeError("has a percent sign that starts no UTF-8 character");
  }
}

function isBound({ comparator }: Constraint): boolean {
  return comparator !== "=" && comparator !== "!=";
}

function opens({ comparator }: Constraint): boolean {
  return comparator.startsWith(">");
}

/** Of lower bounds in a row the first counts, of upper bounds the last. */
function simplified(bounds: readonly Constraint[]): Constraint[] {
  return bounds.filter((bound, at) => {
    const neighbour = opens(bound) ? bounds[at - 1] : bounds[at + 1];
    return neighbour === undefined || opens(neighbour) !== opens(bound);
  });
}

/** Bounds alternate here: the version is in when the last bound below it opens, or the next one closes. */
function isBetween(bounds: readonly Constraint[], version: ParsedVersion): boolean {
  const next = bounds.findIndex((bound) => order(bound.version, version) > 0);
  const below = next < 0 ? bounds.at(-1) : bounds[next - 1];
  if (below !== undefined) return opens(below);
  return bounds[0] !== undefined && !opens(bounds[0]);
}

/** All versions of a range are of one order. */
function order(a: ParsedVersion, b: ParsedVersion): number {
  const difference = compareParsed(a, b);
  return difference === "incomparable" ? 0 : difference;
}
