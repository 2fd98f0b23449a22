import fc from "fast-check";
import type { Schema } from "./document.ts";

/** A value of no meaning, with what is wrong with it. */
export interface WrongValue {
  readonly what: string;
  readonly value: unknown;
}

const ofEachType: Readonly<Record<string, unknown>> = {
  string: "nonsense",
  number: 1.5,
  boolean: true,
  null: null,
  array: [["nonsense"]],
  object: { nonsense: { nonsense: 1 } },
};

const beyondDouble = Number.MAX_VALUE;

/** Values that a schema refuses by what it says itself: wrong types, and everything outside of its bounds. */
export function wrongValues(schema: Schema): WrongValue[] {
  const types = typesOf(schema);
  if (types.size === 0) return [];
  const ofOtherTypes = Object.entries(ofEachType)
    .filter(([type]) => !types.has(type))
    .map(([type, value]) => ({ what: `a value of type ${type}`, value }));
  return [...ofOtherTypes, ...outOfBounds(schema)];
}

function outOfBounds(schema: Schema): WrongValue[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern, format } = schema;
  const wrong: WrongValue[] = [];
  const add = (what: string, value: unknown) => wrong.push({ what, value });
  const isNumber = typesOf(schema).has("integer") || typesOf(schema).has("number");
  if (minimum !== undefined) add("less than the minimum", minimum - 1);
  if (maximum !== undefined) add("more than the maximum", maximum + 1);
  if (isNumber) add("a huge number", beyondDouble);
  if (minLength !== undefined && minLength > 0) add("too short a text", "x".repeat(minLength - 1));
  if (maxLength !== undefined) add("too long a text", "x".repeat(maxLength + 1));
  if (minItems !== undefined && minItems > 0) add("too few items", []);
  if (maxItems !== undefined) {
    const item = schema.items === undefined ? "x" : sampleOf(schema.items);
    add(
      "too many items",
      Array.from({ length: maxItems + 1 }, () => item),
    );
  }
  if (schema.enum !== undefined) add("a text that is none of the names", "nonsense");
  if (format === "date-time") {
    add("a text that is no instant", "yesterday");
    add("an instant that no calendar has", "2026-13-45T25:00:00Z");
    add("an instant beyond the years", "+275760-09-13T00:00:00.000Z");
  }
  if (pattern !== undefined) {
    const form = new RegExp(pattern, "u");
    const nonsense = ["", " ", "\u0007", "\u2603 '; drop table x --", "x".repeat(10_000)];
    for (const text of nonsense) if (!form.test(text)) add("a text of another form", text);
  }
  return wrong;
}

/** The JSON types that a schema takes; none when it says nothing about them. */
export function typesOf(schema: Schema): ReadonlySet<string> {
  if (schema.anyOf !== undefined) return new Set(schema.anyOf.flatMap((one) => [...typesOf(one)]));
  const types = schema.type === undefined ? [] : [schema.type].flat();
  return new Set(types);
}

/** Some value that a schema takes, always the same. */
export function sampleOf(schema: Schema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  const [type] = typesOf(schema);
  if (type === "integer" || type === "number") return schema.minimum ?? 1;
  if (type === "boolean") return true;
  if (type === "array") return [sampleOf(schema.items ?? {})];
  if (type === "object") {
    const { required = [], properties = {} } = schema;
    return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]));
  }
  return sampleText(schema);
}

/** A text of a schema's form that nothing is called. */
export function sampleText({ format, pattern, maxLength = 1_000 }: Schema): string {
  if (format === "date-time") return "2026-05-01T00:00:00.000Z";
  const form = pattern === undefined ? undefined : new RegExp(pattern, "u");
  const plain = "nothing-here";
  if (plain.length <= maxLength && form?.test(plain) !== false) return plain;
  return fc.sample(fc.stringMatching(form ?? /^x$/), { numRuns: 1, seed: 7 })[0] ?? "";
}

/** A place inside of a document, and what the schema says about it. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly schema: Schema;
}

/** Every place that a schema describes, itself first: lists by their first item, maps by a key. */
export function placesOf(schema: Schema, path: Place["path"] = []): Place[] {
  const { properties = {}, items, additionalProperties, anyOf = [] } = schema;
  const inner = [
    ...Object.entries(properties).flatMap(([key, one]) => placesOf(one, [...path, key])),
    ...(items === undefined ? [] : placesOf(items, [...path, 0])),
    ...(typeof additionalProperties === "object"
      ? placesOf(additionalProperties, [...path, "some-key"])
      : []),
    ...anyOf.flatMap((one) => placesOf(one, path).slice(1)),
  ];
  return [{ path, schema }, ...inner];
}

/** The places of the texts that a document holds. */
export function textPlaces(value: unknown, path: Place["path"] = []): Place["path"][] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    textPlaces(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** A copy of a document with the value at a place replaced; what is missing on the way there is made. */
export function withValueAt(document: unknown, path: Place["path"], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const isList = typeof step === "number";
  const held = typeof document === "object" && document !== null && Array.isArray(document) === isList;
  const copy = (held ? structuredClone(document) : isList ? [] : {}) as Record<string | number, unknown>;
  copy[step] = withValueAt(copy[step], rest, value);
  return copy;
}
