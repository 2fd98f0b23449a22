import { ecosystemWithoutRelease } from "../versions/orders.ts";

/**
 * A package name in the spelling under which its ecosystem knows it once: PyPI by PEP 503, NuGet and
 * Packagist without case. Everywhere else names are taken as given.
 */
export function normalName(ecosystem: string, name: string): string {
  switch (ecosystemWithoutRelease(ecosystem)) {
    case "PyPI":
      return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
    case "NuGet":
    case "Packagist":
      return name.toLowerCase();
    default:
      return name;
  }
}

/**
 * Whether a component is the package that an advisory names; both names are in `normalName`.
 *
 * Go module paths are case-sensitive, and the canonical package URL loses the case: a component without
 * capitals may be a lower-cased one and matches whatever the case of the advisory; a component with
 * capitals was given as it is and matches exactly.
 */
export function isSamePackage(ecosystem: string, component: string, advisory: string): boolean {
  if (component === advisory) return true;
  return ecosystem === "Go" && component === advisory.toLowerCase();
}

/** The names under which a package is looked up: its own, and for Go the lower-cased one. */
export function lookupNames(ecosystem: string, name: string): string[] {
  const lower = ecosystem === "Go" ? name.toLowerCase() : name;
  return lower === name ? [name] : [name, lower];
}

/**
 * The ecosystem under which packages of this one are looked up. Only distributions keep apart by what
 * follows the colon; elsewhere it names a mirror (`Maven:https://…`), whose packages have the same names.
 */
export function lookupEcosystem(ecosystem: string): string {
  const base = ecosystemWithoutRelease(ecosystem);
  return base === "Maven" || base === "PyPI" || base === "NuGet" || base === "Packagist" ? base : ecosystem;
}
