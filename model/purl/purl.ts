/**
 * A package URL taken apart (https://github.com/package-url/purl-spec). All parts are decoded text;
 * an absent part is `undefined`, never the empty string.
 */
export interface Purl {
  /** Lower case, for example `golang`. */
  readonly type: string;
  /** Segments joined by `/`, for example `github.com/gorilla` or `@angular`. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly version: string | undefined;
  /** Keys in lower case, values never empty. An object without a prototype. */
  readonly qualifiers: Readonly<Record<string, string>>;
  /** Segments joined by `/`, without `.` and `..`. */
  readonly subpath: string | undefined;
}

/** Longest text that is read as a package URL, in UTF-16 units. */
export const purlMaxLength = 4_096;

/** A text that is no package URL. `message` is short, public and says what is wrong. */
export class PurlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PurlError";
  }
}
