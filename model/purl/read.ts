import { type Purl, PurlError, purlMaxLength } from "./purl.ts";

const typePattern = /^[a-z][a-z0-9.-]*$/;
const qualifierKeyPattern = /^[a-z][a-z0-9._-]*$/;

/**
 * Takes a package URL apart and keeps every part as it was given: only type and qualifier keys are
 * lower-cased, and no rule of the type is applied. Matching starts here, because the canonical form of
 * some types loses the case that tells packages apart (Go modules); everybody else wants `parsePurl`.
 *
 * The order of the cuts is the specification's: subpath, qualifiers, scheme, type, version, name.
 * @throws PurlError
 */
export function readPurl(text: string): Purl {
  if (text.length > purlMaxLength) throw new PurlError(`is longer than ${purlMaxLength} characters`);
  const [beforeSubpath, subpath] = cutLast(text, "#");
  const [beforeQualifiers, qualifiers] = cutLast(beforeSubpath, "?");
  if (!/^pkg:/i.test(beforeQualifiers)) throw new PurlError("does not start with pkg:");
  const path = trimSlashes(beforeQualifiers.slice("pkg:".length));
  const typeEnd = path.indexOf("/");
  if (typeEnd < 0) throw new PurlError("needs a type and a name, as in pkg:type/name");
  const type = checkedType(path.slice(0, typeEnd));
  const [fullName, version] = cutVersion(path.slice(typeEnd + 1));
  const segments = fullName
    .split("/")
    .map(decode)
    .filter((segment) => segment !== "");
  const name = fullName.endsWith("/") ? undefined : segments.pop();
  if (name === undefined) throw new PurlError("needs a name");
  return {
    type,
    namespace: textOrAbsent(trimSlashes(segments.join("/"))),
    name,
    version: textOrAbsent(version === undefined ? "" : decode(version)),
    qualifiers: readQualifiers(qualifiers),
    subpath: readSubpath(subpath),
  };
}

/** The type in lower case. @throws PurlError when it has characters that no type has. */
export function checkedType(given: string): string {
  const type = given.toLowerCase();
  if (type === "") throw new PurlError("needs a type");
  if (!typePattern.test(type)) {
    throw new PurlError("has a type that is not letters, digits, dots and dashes after a letter");
  }
  return type;
}

/** The key in lower case. @throws PurlError when it has characters that no key has. */
export function checkedQualifierKey(given: string): string {
  const key = given.toLowerCase();
  if (!qualifierKeyPattern.test(key)) {
    throw new PurlError(
      "has a qualifier key that is not letters, digits, dots, dashes, underscores after a letter",
    );
  }
  return key;
}

/** The part itself. @throws PurlError for what databases and logs cannot hold, which no package has. */
export function checkedText(part: string): string {
  if (!part.isWellFormed()) throw new PurlError("has half a character (a lone surrogate)");
  for (let i = 0; i < part.length; i++) {
    const code = part.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) throw new PurlError("has a control character");
  }
  return part;
}

/** Segments without the empty ones, `.` and `..`, which a subpath never keeps. */
export function cleanSubpath(segments: readonly string[]): string | undefined {
  return textOrAbsent(
    segments
      .flatMap((segment) => segment.split("/"))
      .filter((segment) => segment !== "" && segment !== "." && segment !== "..")
      .join("/"),
  );
}

/** Takes slashes off both ends without a pattern: `/+$` on a run of slashes is quadratic. */
export function trimSlashes(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === "/") start++;
  while (end > start && text[end - 1] === "/") end--;
  return text.slice(start, end);
}

/** The version follows the last `@` that does not open a segment, as `@scope` in npm names does. */
function cutVersion(path: string): [string, string | undefined] {
  const at = path.lastIndexOf("@");
  if (at < 0) return [path, undefined];
  if (at === 0 && path.includes("/")) return [path, undefined];
  if (at > 0 && path[at - 1] === "/" && !isLastSegmentEmpty(path, at)) return [path, undefined];
  return [path.slice(0, at), path.slice(at + 1)];
}

/** `github.com/Alamofire/@5.4.3` has an empty name before its version, `@babel/core` has a scope. */
function isLastSegmentEmpty(path: string, at: number): boolean {
  return !path.includes("/", at);
}

function readQualifiers(text: string | undefined): Record<string, string> {
  const qualifiers: Record<string, string> = Object.create(null) as Record<string, string>;
  if (text === undefined || text === "") return qualifiers;
  for (const pair of text.split("&")) {
    const cut = pair.indexOf("=");
    if (pair === "") continue;
    const key = checkedQualifierKey(cut < 0 ? pair : pair.slice(0, cut));
    const value = cut < 0 ? "" : decode(pair.slice(cut + 1));
    if (value === "") continue;
    if (key in qualifiers) throw new PurlError(`has the qualifier ${key} twice`);
    qualifiers[key] = value;
  }
  return qualifiers;
}

function readSubpath(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cleanSubpath(text.split("/").map(decode));
}

function cutLast(text: string, separator: string): [string, string | undefined] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  return checkedText(text.includes("%") ? decodePercents(text) : text);
}

function decodePercents(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new PurlError("has a percent sign that starts no UTF-8 character");
  }
}

function textOrAbsent(text: string): string | undefined {
  return text === "" ? undefined : text;
}
