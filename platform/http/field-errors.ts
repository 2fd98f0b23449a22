import type { z } from "zod";
import type { FieldError } from "../../model/errors.ts";
import { nearestName } from "../config/nearest-name.ts";

type Issue = z.core.$ZodIssue;

/** Writes a path as callers write it in their own code: `components[17].purl`, `labels["a b"]`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(String(step)))
      text += text === "" ? String(step) : `.${String(step)}`;
    else text += `[${JSON.stringify(String(step).slice(0, 100))}]`;
  }
  return text;
}

/**
 * The wrong fields of a parse. `root` is the name to give to the value itself (`body`, or a line's number),
 * used only where the value as a whole is wrong.
 */
export function fieldErrors(error: z.ZodError, root = "body"): FieldError[] {
  return error.issues.flatMap((issue) => ofIssue(issue, [], root));
}

function ofIssue(issue: Issue, above: readonly PropertyKey[], root: string): FieldError[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = knownNames(issue);
    return issue.keys.slice(0, 20).map((key) => {
      const near = nearestName(key, known);
      const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
      return { path: fieldPath([...path, key]), message: `is not known here${hint}` };
    });
  }
  if (issue.code === "invalid_union") {
    const closest = closestBranch(issue.errors);
    if (closest !== undefined) return closest.flatMap((inner) => ofIssue(inner, path, root));
  }
  return [{ path: fieldPath(path) || root, message: issue.message }];
}

/** The branch of a union that the caller was probably heading for: the one whose faults lie deepest, then fewest. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map((issue) => issue.path.length));
  return branches
    .filter((branch) => branch.length > 0)
    .toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)
    .at(0);
}

/** The names that `describeIssue` left on the issue when it was raised. */
function knownNames(issue: Issue): readonly string[] {
  const known = (issue as { known?: unknown }).known;
  return Array.isArray(known) ? (known as string[]) : [];
}
