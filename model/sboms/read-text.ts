import { PurlError } from "../purl/purl.ts";
import { readPurl } from "../purl/read.ts";
import type { Problems } from "./problems.ts";

/** PostgreSQL stores neither NUL nor lone surrogates; the other control characters have no business in names. */
const unprintable = /[\p{Cc}\p{Cs}]/u;

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object: no list, no `null`. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text of at most `maxLength` UTF-16 units; absent, `null` and empty are all `undefined`. */
export function readText(
  value: unknown,
  path: string,
  maxLength: number,
  problems: Problems,
): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") problems.add(path, "must be a string");
  else if (value.length > maxLength) problems.add(path, `must be at most ${maxLength} characters`);
  else if (unprintable.test(value)) problems.add(path, "must not contain control characters");
  else return value;
  return undefined;
}

const utf8 = new TextEncoder();

/**
 * A package URL as it is given but for blanks around it, checked to be readable; that refuses control
 * characters, encoded ones too. Absent, `null` and empty are all `undefined`.
 */
export function readPurlText(
  value: unknown,
  path: string,
  maxBytes: number,
  problems: Problems,
): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") {
    problems.add(path, "must be a string");
    return undefined;
  }
  const purl = value.trim();
  try {
    readPurl(purl);
    // A UTF-16 unit has three bytes at most.
    const isTooLong = purl.length * 3 > maxBytes && utf8.encode(purl).byteLength > maxBytes;
    if (!isTooLong) return purl;
    problems.add(path, `must be at most ${maxBytes} bytes`);
  } catch (error) {
    if (!(error instanceof PurlError)) throw error;
    problems.add(path, `${JSON.stringify(value.slice(0, 100))} ${error.message}`);
  }
  return undefined;
}
