import { PurlError } from "../purl/purl.ts";
import { readPurl } from "../purl/read.ts";
import { compareParsed, parseVersion } from "../versions/orders.ts";
import { parseVersRange, type VersRange, versRangeContainsParsed } from "../versions/vers-range.ts";
import { componentPackage, isMatchable, type NotMatchable } from "./component-package.ts";
import { type PackageKey, purlPackageKeys } from "./package-keys.ts";

/** What an impact question or an event names: a package, one version of it, or a range of versions. */
export interface ProductKey {
  /** The keys to ask the impact index for. */
  readonly keys: readonly PackageKey[];
  /** Whether a component that the index found is meant: its version, for those that name one. */
  readonly covers: (componentPurl: string) => boolean;
}

/**
 * Reads a product key: a package URL without a version, with one, or with a `vers:` range in place of
 * the version (`pkg:npm/lodash@vers:npm/<4.17.21`) or in the qualifier `vers`.
 * @throws VersRangeError when the range is none
 */
export function parseProductKey(text: string): ProductKey | NotMatchable {
  const found = purlPackageKeys(text);
  if ("reason" in found) return found;
  const range = rangeOf(text);
  if (range !== undefined) {
    return { keys: found.keys, covers: (purl) => affectedByRange(purl, range) };
  }
  const { version } = found;
  if (version === undefined) return { keys: found.keys, covers: () => true };
  return { keys: found.keys, covers: (purl) => hasVersion(purl, version) };
}

/** Whether a component's version lies in a range; never for a component of another ecosystem's order. */
export function affectedByRange(componentPurl: string, range: VersRange): boolean {
  const component = componentPackage(componentPurl);
  if (!isMatchable(component)) return false;
  if (range.constraints.length === 0) return true;
  if (component.version === undefined) return false;
  const version = parseVersion(component.ecosystem, component.version);
  return version !== undefined && versRangeContainsParsed(range, version);
}

/** The same text, or a version that its ecosystem holds for equal (`1.0` and `1.0.0` in NuGet). */
function hasVersion(componentPurl: string, text: string): boolean {
  const component = componentPackage(componentPurl);
  if (!isMatchable(component) || component.version === undefined) return false;
  if (component.version === text || installedVersion(componentPurl) === text) return true;
  const wanted = parseVersion(component.ecosystem, text);
  const own = parseVersion(component.ecosystem, component.version);
  return wanted !== undefined && own !== undefined && compareParsed(own, wanted) === 0;
}

function rangeOf(text: string): VersRange | undefined {
  const { version, qualifiers } = readPurl(text);
  if (version?.startsWith("vers:") === true) return parseVersRange(version);
  const range = qualifiers["vers"];
  return range === undefined ? undefined : parseVersRange(range);
}

/** The version in the package URL, which for a distribution may differ from its source's. */
function installedVersion(componentPurl: string): string | undefined {
  try {
    return readPurl(componentPurl).version;
  } catch (error) {
    if (error instanceof PurlError) return undefined;
    throw error;
  }
}
