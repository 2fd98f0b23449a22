import type { AdvisoryFacts } from "../advisories/facts.ts";
import { PurlError } from "../purl/purl.ts";
import { readPurl } from "../purl/read.ts";
import {
  type ComponentPackage,
  componentPackage,
  isMatchable,
  type NotMatchable,
} from "./component-package.ts";
import { knownEcosystems } from "./distribution.ts";
import { lookupEcosystem, lookupNames, normalName } from "./package-name.ts";

/**
 * A package key is `<ecosystem>|<name>`, for example `Go|github.com/BurntSushi/toml` or
 * `Debian:12|openssl`. An advisory can only match a component that shares a key with it; sharing one does
 * not mean that it matches. The impact index is built on these.
 */
export type PackageKey = string;

export interface ComponentKeys {
  readonly keys: readonly PackageKey[];
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string | undefined;
}

/** The keys under which the impact index files a component, or the reason why it files none. */
export function componentPackageKeys(purlText: string): ComponentKeys | NotMatchable {
  const component = componentPackage(purlText);
  if (!isMatchable(component)) return component;
  const { ecosystem, name, version } = component;
  return { keys: keysOfComponent(component), ecosystem, name, version };
}

/** As `componentPackageKeys`, for a component whose package is known already. */
export function keysOfComponent({ ecosystem, name, binaryName }: ComponentPackage): PackageKey[] {
  return [...keysOf(ecosystem, name), ...(binaryName === undefined ? [] : keysOf(ecosystem, binaryName))];
}

/** The keys of every package that an advisory names, sorted, each once. Of a withdrawn one too. */
export function advisoryPackageKeys(facts: AdvisoryFacts): PackageKey[] {
  const keys = new Set<PackageKey>();
  for (const { ecosystem, name } of facts.affected) {
    for (const key of keysOf(lookupEcosystem(ecosystem), normalName(ecosystem, name))) keys.add(key);
  }
  return [...keys].sort();
}

/**
 * The keys to ask the impact index for a package URL; its version is ignored. A distribution package
 * without `distro` means all releases, and its name a source as well as an installed package.
 */
export function purlPackageKeys(purlText: string): ComponentKeys | NotMatchable {
  const component = componentPackage(purlText);
  if (isMatchable(component)) {
    const { ecosystem, name, binaryName, version } = component;
    return { keys: keysOf(ecosystem, binaryName ?? name), ecosystem, name: binaryName ?? name, version };
  }
  if (component.reason !== "distribution_missing") return component;
  return keysInAllReleases(purlText) ?? component;
}

function keysInAllReleases(purlText: string): ComponentKeys | undefined {
  try {
    const { type, namespace, name, version } = readPurl(purlText);
    const ecosystems = knownEcosystems(type, namespace);
    const ecosystem = ecosystems[0]?.split(":")[0];
    if (ecosystem === undefined) return undefined;
    return { keys: ecosystems.flatMap((release) => keysOf(release, name)), ecosystem, name, version };
  } catch (error) {
    if (error instanceof PurlError) return undefined;
    throw error;
  }
}

/** The keys of a package given its lookup ecosystem and normal name. */
export function keysOf(ecosystem: string, name: string): PackageKey[] {
  return lookupNames(ecosystem, name).map((spelling) => `${ecosystem}|${spelling}`);
}
