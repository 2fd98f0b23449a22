import { type Purl, PurlError, purlMaxLength } from "./purl.ts";
import { checkedQualifierKey, checkedText, checkedType, cleanSubpath, trimSlashes } from "./read.ts";
import { applyTypeRule, isNameAPath } from "./type-rules.ts";

/** What a builder gives: everything but the type and the name may be missing. */
export interface PurlParts {
  readonly type: string;
  readonly name: string;
  readonly namespace?: string | null | undefined;
  readonly version?: string | null | undefined;
  readonly qualifiers?: Readonly<Record<string, string>> | null | undefined;
  readonly subpath?: string | null | undefined;
}

/**
 * The canonical text of a package: rules of its type applied, qualifiers sorted by key, everything but
 * letters, digits and `.-_~:` percent-encoded.
 * @throws PurlError when the parts name no package.
 */
export function formatPurl(parts: PurlParts): string {
  const purl = applyTypeRule(checked(parts));
  const segments = purl.namespace === undefined ? [] : purl.namespace.split("/").map(encode);
  segments.push(isNameAPath(purl.type) ? purl.name.split("/").map(encode).join("/") : encode(purl.name));
  const qualifiers = Object.keys(purl.qualifiers)
    .sort()
    .map((key) => `${key}=${encode(purl.qualifiers[key] ?? "")}`)
    .join("&");
  const subpath = purl.subpath === undefined ? "" : `#${purl.subpath.split("/").map(encode).join("/")}`;
  const text =
    `pkg:${purl.type}/${segments.join("/")}` +
    (purl.version === undefined ? "" : `@${encode(purl.version)}`) +
    (qualifiers === "" ? "" : `?${qualifiers}`) +
    subpath;
  if (text.length > purlMaxLength) throw new PurlError(`is longer than ${purlMaxLength} characters`);
  return text;
}

function checked(parts: PurlParts): Purl {
  const name = trimSlashes(parts.name);
  if (name === "") throw new PurlError("needs a name");
  const namespace = (parts.namespace ?? "")
    .split("/")
    .filter((segment) => segment !== "")
    .join("/");
  const qualifiers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(parts.qualifiers ?? {})) {
    if (value !== "") qualifiers[checkedQualifierKey(key)] = value;
  }
  return {
    type: checkedType(parts.type),
    namespace: namespace === "" ? undefined : namespace,
    name,
    version: parts.version === null || parts.version === "" ? undefined : parts.version,
    qualifiers,
    subpath: cleanSubpath((parts.subpath ?? "").split("/")),
  };
}

/** RFC 3986 unreserved characters and `:` stay; `encodeURIComponent` leaves five more that must not. */
function encode(part: string): string {
  return encodeURIComponent(checkedText(part))
    .replaceAll("%3A", ":")
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
