import { compareDigits, compareText, isDigits } from "./digits.ts";
import type { VersionOrder } from "./order.ts";

/** A number or a qualifier (lower case, aliases resolved) with the separator before it. */
interface Token {
  readonly separator: "." | "-";
  readonly text: string;
  readonly isNumber: boolean;
}

export type MavenVersion = readonly Token[];

/**
 * Maven's order (https://maven.apache.org/pom.html#version-order-specification): tokens are cut at dots,
 * dashes and between letters and digits; what equals nothing is trimmed before each dash; the shorter
 * version is padded with nothing. Every text is a version, only the empty one is not.
 */
export const mavenOrder: VersionOrder<MavenVersion> = {
  parse(text) {
    const trimmed = text.trim().toLowerCase();
    return trimmed === "" ? undefined : trimNulls(tokensOf(trimmed));
  },
  compare(a, b) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      const left = a[i] ?? padding(b[i]);
      const right = b[i] ?? padding(a[i]);
      const difference = compareTokens(left, right);
      if (difference !== 0) return difference;
    }
    return 0;
  },
};

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let separator: Token["separator"] = ".";
  let pending = true;
  for (const piece of text.match(/[0-9]+|[^0-9.-]+|[.-]/g) ?? []) {
    if (piece === "." || piece === "-") {
      if (pending) tokens.push({ separator, text: "0", isNumber: true });
      separator = piece;
      pending = true;
      continue;
    }
    if (!pending) separator = "-";
    const previous = tokens.at(-1);
    if (!pending && previous !== undefined && isDigits(piece)) resolveShortName(tokens, previous);
    tokens.push({ separator, text: qualifier(piece), isNumber: isDigits(piece) });
    pending = false;
  }
  if (pending) tokens.push({ separator, text: "0", isNumber: true });
  return tokens;
}

const shortNames: ReadonlyMap<string, string> = new Map([
  ["a", "alpha"],
  ["b", "beta"],
  ["m", "milestone"],
]);

/** `a`, `b` and `m` are short names only when a number follows at once. */
function resolveShortName(tokens: Token[], token: Token): void {
  const name = shortNames.get(token.text);
  if (name !== undefined) tokens[tokens.length - 1] = { ...token, text: name };
}

function qualifier(text: string): string {
  if (text === "final" || text === "ga" || text === "release") return "";
  return text === "cr" ? "rc" : text;
}

/** Takes off what equals nothing, at the end and before each dash from the end to the start. */
function trimNulls(tokens: Token[]): Token[] {
  const fromTheEnd: Token[] = [];
  let canTrim = true;
  for (const token of tokens.toReversed()) {
    if (canTrim && isNull(token)) continue;
    fromTheEnd.push(token);
    canTrim = token.separator === "-";
  }
  return fromTheEnd.toReversed();
}

function isNull({ text, isNumber }: Token): boolean {
  return isNumber ? /^0+$/.test(text) : text === "";
}

/** Nothing, in the kind of the token that it stands against. */
function padding(other: Token | undefined): Token {
  const isNumber = other?.isNumber ?? false;
  return { separator: other?.separator ?? "-", text: isNumber ? "0" : "", isNumber };
}

/** `.qualifier` < `-qualifier` < `-number` < `.number`, as Maven 3 did it */
function compareTokens(a: Token, b: Token): number {
  const kind = kindRank(a) - kindRank(b);
  if (kind !== 0) return kind;
  return a.isNumber ? compareDigits(a.text, b.text) : compareQualifiers(a.text, b.text);
}

function kindRank({ separator, isNumber }: Token): number {
  if (!isNumber) return separator === "." ? 0 : 1;
  return separator === "-" ? 2 : 3;
}

const knownQualifiers = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];

/** The known ones in their order, then the others by the alphabet. */
function compareQualifiers(a: string, b: string): number {
  const left = knownQualifiers.indexOf(a);
  const right = knownQualifiers.indexOf(b);
  if (left < 0 && right < 0) return compareText(a, b);
  return (left < 0 ? knownQualifiers.length : left) - (right < 0 ? knownQualifiers.length : right);
}
