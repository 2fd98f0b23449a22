import { componentPackageKeys, purlPackageKeys } from "../../model/matching/package-keys.ts";
import { PurlError } from "../../model/purl/purl.ts";
import { readPurl } from "../../model/purl/read.ts";

/**
 * The keys under which the impact index files a component. Packages that no advisory of ours can speak of
 * are filed under `purl:<type>|<name>`, so that a question by package URL finds them all the same.
 * Texts that are no package URL have none.
 */
export function indexKeysOf(purl: string): readonly string[] {
  const found = componentPackageKeys(purl);
  return "keys" in found ? found.keys : plainKey(purl);
}

/** The keys to ask the impact index for the package of a package URL, whatever its version. */
export function askedKeysOf(purl: string): readonly string[] {
  const found = purlPackageKeys(purl);
  // Distribution packages without a release are filed plainly, and are meant by every question without one.
  const isRelease = "keys" in found && "keys" in componentPackageKeys(purl);
  return [...("keys" in found ? found.keys : []), ...(isRelease ? [] : plainKey(purl))];
}

function plainKey(purl: string): string[] {
  try {
    const { type, namespace, name } = readPurl(purl);
    return [`purl:${type}|${namespace === undefined ? "" : `${namespace}/`}${name}`];
  } catch (error) {
    if (error instanceof PurlError) return [];
    throw error;
  }
}
