import { z } from "zod";
import { nearestName } from "../config/nearest-name.ts";

type RawIssue = z.core.$ZodRawIssue;

/**
 * Says in plain words what a value must be. Installed for the whole process, because the validators of the
 * HTTP library offer no way to pass it per call. Values are never repeated: they may be secrets.
 */
export function installIssueMessages(): void {
  z.config({ customError: describeIssue });
}

/** The message for one issue, or undefined to keep zod's own. */
export function describeIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "is required"
        : `must be ${withArticle(issue.expected)}, not ${kindOf(issue.input)}`;
    case "invalid_value":
      return oneOf(issue.values, issue.input);
    case "unrecognized_keys":
      // zod drops the schema from the finished issue; the names it knows are kept for `fieldErrors`.
      (issue as { known?: string[] }).known = shapeNames(issue.inst);
      return undefined;
    case "too_small":
      return bound("at least", issue.origin, issue.minimum, issue.inclusive === false);
    case "too_big":
      return bound("at most", issue.origin, issue.maximum, issue.inclusive === false);
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    default:
      return undefined;
  }
}

function oneOf(values: readonly unknown[], given: unknown): string {
  if (given === undefined) return "is required";
  const names = values.map(String);
  const near = typeof given === "string" ? nearestName(given, names) : undefined;
  const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
  return names.length === 1 ? `must be ${names[0]}${hint}` : `must be one of ${names.join(", ")}${hint}`;
}

function bound(word: string, origin: string, limit: number | bigint, isExclusive: boolean): string {
  if (isExclusive) return `must be ${word === "at least" ? "more than" : "less than"} ${limit}`;
  if (origin === "string")
    return limit === 1 && word === "at least"
      ? "must not be empty"
      : `must be ${word} ${limit} characters long`;
  if (origin === "array" || origin === "set")
    return `must have ${word} ${limit} ${limit === 1 ? "item" : "items"}`;
  return `must be ${word} ${limit}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return withArticle(typeof value);
}

function withArticle(kind: string): string {
  const word = { array: "list", int: "whole number", record: "object" }[kind] ?? kind;
  if (word === "null" || word === "undefined") return word;
  return /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`;
}

function shapeNames(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
