import { formatPurl } from "./format.ts";
import { type Purl, PurlError } from "./purl.ts";
import { readPurl } from "./read.ts";
import { applyTypeRule, refusesMixedCaseKeys } from "./type-rules.ts";

/**
 * Parses a package URL into its canonical parts: the rules of its type are checked and applied.
 * `golang` names are lower-cased by their rule; whoever compares names with advisories uses `readPurl`.
 * @throws PurlError
 */
export function parsePurl(text: string): Purl {
  const given = readPurl(text);
  if (refusesMixedCaseKeys(given.type) && hasCapitalKey(text)) {
    throw new PurlError(`of type ${given.type} has qualifier keys in lower case`);
  }
  return applyTypeRule(given);
}

/** The canonical text of a package URL, more forgiving than `parsePurl` about the case of keys. @throws PurlError */
export function canonicalPurl(text: string): string {
  return formatPurl(readPurl(text));
}

function hasCapitalKey(text: string): boolean {
  const beforeSubpath = text.includes("#") ? text.slice(0, text.lastIndexOf("#")) : text;
  const qualifiers = beforeSubpath.slice(beforeSubpath.lastIndexOf("?") + 1);
  return qualifiers.split("&").some((pair) => /[A-Z]/.test(pair.slice(0, Math.max(0, pair.indexOf("=")))));
}
