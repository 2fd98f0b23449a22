import { type Purl, PurlError } from "./purl.ts";

/** What one package type asks beyond the general rules. */
interface TypeRule {
  /** Parts that are compared, and therefore written, in lower case. */
  readonly lowerCase?: readonly ("namespace" | "name" | "version")[];
  readonly namespace?: "required" | "prohibited";
  /** Qualifier keys must be given in lower case: the suite of the specification asks it of these types. */
  readonly refusesMixedCaseKeys?: boolean;
  /** Any other rewriting of the canonical form. */
  readonly rewrite?: (purl: Purl) => Purl;
  /** The reason why this is no package of the type, if it is none. */
  readonly refuse?: (purl: Purl) => string | undefined;
}

const both = ["namespace", "name"] as const;

/**
 * The rules by type, from the type definitions of https://github.com/package-url/purl-spec (`types/`).
 * A type that is not listed has no rules of its own.
 *
 * `golang` is lower-cased by its definition although module paths are case-sensitive. The canonical form
 * follows the definition; matching reads the text as given (`readPurl`).
 */
const rules: Readonly<Record<string, TypeRule>> = {
  alpm: { lowerCase: both, namespace: "required" },
  apk: { lowerCase: both, namespace: "required" },
  bitbucket: { lowerCase: both, namespace: "required" },
  bitnami: { lowerCase: ["name"], namespace: "prohibited" },
  brew: { lowerCase: both },
  cargo: { namespace: "prohibited" },
  "chrome-extension": { namespace: "prohibited", refuse: refuseChromeExtension },
  cocoapods: { namespace: "prohibited" },
  composer: { lowerCase: both },
  conda: { namespace: "prohibited" },
  cpan: { refuse: refuseCpan },
  cran: { namespace: "prohibited" },
  deb: { lowerCase: both },
  gem: { namespace: "prohibited", refusesMixedCaseKeys: true },
  git: { lowerCase: both, namespace: "required", rewrite: nameIsThePathOfTheHost },
  github: { lowerCase: both, namespace: "required" },
  gitlab: { lowerCase: both, namespace: "required" },
  golang: { lowerCase: both },
  hackage: { namespace: "prohibited" },
  hex: { lowerCase: both },
  huggingface: { lowerCase: ["version"] },
  julia: { namespace: "prohibited", refuse: refuseJulia },
  luarocks: { lowerCase: both },
  maven: { namespace: "required" },
  mlflow: { namespace: "prohibited", rewrite: lowerCaseOnDatabricks },
  npm: { lowerCase: both },
  nuget: { namespace: "prohibited" },
  oci: { lowerCase: ["name"], namespace: "prohibited" },
  opam: { namespace: "prohibited" },
  otp: { lowerCase: ["name"], namespace: "prohibited" },
  pub: { lowerCase: ["name"], namespace: "prohibited" },
  pypi: { lowerCase: ["name"], namespace: "prohibited", rewrite: dashesForUnderscores },
  qpkg: { lowerCase: ["namespace"], namespace: "required" },
  rpm: { lowerCase: ["namespace"], refusesMixedCaseKeys: true },
  swift: { namespace: "required" },
  vcpkg: { namespace: "prohibited" },
  "vscode-extension": { lowerCase: both, namespace: "required" },
};

/**
 * The same package in the canonical form of its type.
 * @throws PurlError when the type's rules say that there is no such package.
 */
export function applyTypeRule(given: Purl): Purl {
  const rule = ruleOf(given.type);
  if (rule === undefined) return given;
  const lower = rule.lowerCase ?? [];
  const folded: Purl = {
    ...given,
    namespace: lower.includes("namespace") ? given.namespace?.toLowerCase() : given.namespace,
    name: lower.includes("name") ? given.name.toLowerCase() : given.name,
    version: lower.includes("version") ? given.version?.toLowerCase() : given.version,
  };
  const purl = rule.rewrite === undefined ? folded : rule.rewrite(folded);
  if (rule.namespace === "required" && purl.namespace === undefined) {
    throw new PurlError(`of type ${purl.type} needs a namespace`);
  }
  if (rule.namespace === "prohibited" && purl.namespace !== undefined) {
    throw new PurlError(`of type ${purl.type} has no namespace`);
  }
  const reason = rule.refuse?.(purl);
  if (reason !== undefined) throw new PurlError(reason);
  return purl;
}

/** Whether a reader must refuse capital letters in the qualifier keys of this type. */
export function refusesMixedCaseKeys(type: string): boolean {
  return ruleOf(type)?.refusesMixedCaseKeys ?? false;
}

/** Whether slashes inside the name stay slashes in the text: only `git` names are paths. */
export function isNameAPath(type: string): boolean {
  return type === "git";
}

function ruleOf(type: string): TypeRule | undefined {
  return Object.hasOwn(rules, type) ? rules[type] : undefined;
}

/** The namespace of a `git` package is the host alone; the rest is the name. */
function nameIsThePathOfTheHost(purl: Purl): Purl {
  const [host, ...path] = (purl.namespace ?? "").split("/");
  return { ...purl, namespace: host === "" ? undefined : host, name: [...path, purl.name].join("/") };
}

/** Model names are case-insensitive in Azure Databricks and case-sensitive in Azure ML. */
function lowerCaseOnDatabricks(purl: Purl): Purl {
  const isDatabricks = purl.qualifiers["repository_url"]?.toLowerCase().includes("databricks") ?? false;
  return isDatabricks ? { ...purl, name: purl.name.toLowerCase() } : purl;
}

function dashesForUnderscores(purl: Purl): Purl {
  return { ...purl, name: purl.name.replaceAll("_", "-") };
}

function refuseChromeExtension(purl: Purl): string | undefined {
  if (!/^[a-p]{32}$/.test(purl.name)) return "of type chrome-extension has a name of 32 letters from a to p";
  if (purl.version !== undefined && !/^\d+(\.\d+){0,3}$/.test(purl.version)) {
    return "of type chrome-extension has a version of one to four numbers";
  }
  return undefined;
}

function refuseCpan(purl: Purl): string | undefined {
  return purl.name.includes("::") ? "of type cpan names a distribution, not a module with ::" : undefined;
}

function refuseJulia(purl: Purl): string | undefined {
  return purl.qualifiers["uuid"] === undefined ? "of type julia needs the qualifier uuid" : undefined;
}
