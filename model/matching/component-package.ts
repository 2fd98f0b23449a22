import { z } from "zod";
import { packageNameMaxLength } from "../advisories/osv.ts";
import { type Purl, PurlError } from "../purl/purl.ts";
import { readPurl } from "../purl/read.ts";
import { distributionEcosystem } from "./distribution.ts";
import { normalName } from "./package-name.ts";

/** Why a component cannot be matched. */
export const notMatchableReasonSchema = z.enum([
  "purl_invalid", // no package URL, or a name too long for any package
  "type_not_covered", // no advisories of ours speak of this package URL type
  "distribution_not_covered", // a deb or apk of a distribution that is not covered
  "distribution_missing", // a deb or apk without the qualifier distro
  "distribution_unknown", // its distro names no release
  "version_missing",
  "version_unreadable", // no version of its ecosystem: only lists of versions can match it
]);

export type NotMatchableReason = z.infer<typeof notMatchableReasonSchema>;

/** A component as advisories would name it. */
export interface ComponentPackage {
  /** OSV ecosystem, with the release for distributions. */
  readonly ecosystem: string;
  /** Normal name; for distributions the name of the source package. */
  readonly name: string;
  /** For distributions the name of the installed package where it differs from the source. */
  readonly binaryName: string | undefined;
  readonly version: string | undefined;
}

/** A component that names no package of a covered ecosystem. `type` is its package URL type, if it has one. */
export interface NotMatchable {
  readonly reason: NotMatchableReason;
  readonly type: string | undefined;
}

const languageEcosystems: Readonly<Record<string, string>> = {
  golang: "Go",
  npm: "npm",
  pypi: "PyPI",
  maven: "Maven",
  cargo: "crates.io",
  gem: "RubyGems",
  nuget: "NuGet",
  composer: "Packagist",
};

/** Says which package of which ecosystem a package URL means. Reads the text as given, never throws. */
export function componentPackage(purlText: string): ComponentPackage | NotMatchable {
  let purl: Purl;
  try {
    purl = readPurl(purlText);
  } catch (error) {
    if (error instanceof PurlError) return { reason: "purl_invalid", type: undefined };
    throw error;
  }
  if ((purl.namespace?.length ?? 0) + purl.name.length >= packageNameMaxLength) {
    return { reason: "purl_invalid", type: purl.type };
  }
  if (purl.type === "deb" || purl.type === "apk") return distributionPackage(purl);
  const ecosystem = Object.hasOwn(languageEcosystems, purl.type) ? languageEcosystems[purl.type] : undefined;
  if (ecosystem === undefined) return { reason: "type_not_covered", type: purl.type };
  return {
    ecosystem,
    name: normalName(ecosystem, nameIn(ecosystem, purl)),
    binaryName: undefined,
    version: purl.version,
  };
}

/** Whether a package was found. */
export function isMatchable(answer: ComponentPackage | NotMatchable): answer is ComponentPackage {
  return !("reason" in answer);
}

/** `upstream` (syft, `openssl` or `openssl@3.0.11-1`) names the source package, under which OSV files. */
function distributionPackage(purl: Purl): ComponentPackage | NotMatchable {
  const answer = distributionEcosystem(purl.type, purl.namespace, purl.qualifiers["distro"]);
  if ("reason" in answer) return { reason: answer.reason, type: purl.type };
  const upstream = purl.qualifiers["upstream"] ?? purl.name;
  const at = upstream.indexOf("@", 1);
  const name = at < 0 ? upstream : upstream.slice(0, at);
  const sourceVersion = at < 0 ? "" : upstream.slice(at + 1);
  if (name.length > packageNameMaxLength) return { reason: "purl_invalid", type: purl.type };
  return {
    ecosystem: answer.ecosystem,
    name,
    binaryName: purl.name === name ? undefined : purl.name,
    version: sourceVersion === "" ? purl.version : sourceVersion,
  };
}

function nameIn(ecosystem: string, purl: Purl): string {
  if (purl.namespace === undefined) return ecosystem === "Go" ? goPseudoModule(purl.name) : purl.name;
  return `${purl.namespace}${ecosystem === "Maven" ? ":" : "/"}${purl.name}`;
}

/** The standard library is `std` to the go command and `stdlib` to OSV. */
function goPseudoModule(name: string): string {
  return name === "std" ? "stdlib" : name;
}
