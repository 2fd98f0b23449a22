import { DomainError } from "../../model/errors.ts";
import type { FieldError } from "../../model/errors.ts";
import { fieldPath } from "./field-errors.ts";
import { jsonFaultOffset } from "./json-fault.ts";

/** Deeper than any document we know; keeps every recursive reader of it far from the end of its stack. */
export const maxJsonDepth = 64;

/**
 * Parses JSON that came from outside. Beyond what `readJson` refuses, refuses values that PostgreSQL or the
 * canonical serializer cannot hold (NUL and lone surrogates in strings, numbers beyond the double range, a
 * key `__proto__`), naming the place.
 */
export function parseJsonBody(bytes: Uint8Array): { text: string; value: unknown } {
  const { text, value } = readJson(bytes, maxJsonDepth);
  const fault = unstorable(value, []);
  if (fault !== undefined)
    throw new DomainError("invalid", `${fault.path}: ${fault.message}`, { fields: [fault] });
  return { text, value };
}

/**
 * Reads JSON whose values are checked elsewhere. Refuses bytes that are not UTF-8, nesting deeper than
 * `maxDepth` before `JSON.parse` sees it (64 MB of `[` take 3 GB there), and what is no JSON, with its place.
 */
export function readJson(bytes: Uint8Array, maxDepth: number): { text: string; value: unknown } {
  const text = decodeUtf8(bytes);
  if (text.trim() === "") throw new DomainError("bad_request", "The body is empty; send a JSON document.");
  if (isDeeperThan(text, maxDepth)) {
    throw new DomainError("bad_request", `The JSON is nested more than ${maxDepth} levels deep.`);
  }
  return { text, value: parse(text) };
}

/** As `parseJsonBody`, for a line whose faults are told beside its number: the value, or what is wrong. */
export function parseJsonLine(text: string): { readonly value: unknown } | { readonly problem: string } {
  if (isDeeperThan(text, maxJsonDepth)) {
    return { problem: `is nested more than ${maxJsonDepth} levels deep` };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "is not valid JSON" };
  }
  const fault = unstorable(value, []);
  return fault === undefined ? { value } : { problem: `${fault.path}: ${fault.message}` };
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DomainError("bad_request", "The body is not UTF-8.");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The engine's own message quotes the body, so it is not passed on.
    throw new DomainError(
      "bad_request",
      `The body is not valid JSON (${placeOf(text, jsonFaultOffset(text) ?? 0)}).`,
    );
  }
}

function placeOf(text: string, offset: number): string {
  if (offset >= text.length) return "it ends too early";
  const lines = text.slice(0, offset).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}

/**
 * Counts brackets outside of strings, before anything recursive sees the text, and before `JSON.parse` keeps
 * 45 bytes for each that is open.
 */
export function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (isInString) {
      if (char === 0x5c) index++;
      else if (char === 0x22) isInString = false;
    } else if (char === 0x22) isInString = true;
    else if (char === 0x5b || char === 0x7b) {
      depth++;
      if (depth > limit) return true;
    } else if (char === 0x5d || char === 0x7d) depth--;
  }
  return false;
}

/** The first value that could not be stored, or undefined. */
function unstorable(value: unknown, path: PropertyKey[]): FieldError | undefined {
  if (typeof value === "string") return wrongText(value, path);
  if (typeof value === "number" && !Number.isFinite(value)) return fault(path, "is a number out of range");
  if (typeof value !== "object" || value === null) return undefined;
  const isList = Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, isList ? Number(key) : key];
    if (key === "__proto__") return fault(here, "is not a key that can be stored");
    const found = (isList ? undefined : wrongText(key, here)) ?? unstorable(inner, here);
    if (found !== undefined) return found;
  }
  return undefined;
}

function wrongText(text: string, path: PropertyKey[]): FieldError | undefined {
  if (text.includes("\u0000")) return fault(path, "contains a NUL character, which cannot be stored");
  if (!text.isWellFormed()) return fault(path, "contains half of a surrogate pair, which is no character");
  return undefined;
}

const fault = (path: PropertyKey[], message: string): FieldError => ({
  path: fieldPath(path) || "body",
  message,
});
