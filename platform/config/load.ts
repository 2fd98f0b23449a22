import type { z } from "zod";
import type { Config } from "./frozen.ts";
import { freezeDeep } from "./frozen.ts";
import { maskValue } from "./mask.ts";
import { nearestName } from "./nearest-name.ts";
import { knownNames } from "./processes.ts";
import { listVariables } from "./variable.ts";
import type { VariableLine } from "./variable.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration was refused; the message has a line for each wrong variable and holds no secret. */
export class ConfigError extends Error {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    const count = lines.length === 1 ? "One variable is" : `${lines.length} variables are`;
    super([`${count} wrong:`, ...lines.map((line) => `  ${line}`)].join("\n"));
    this.name = "ConfigError";
    this.lines = lines;
  }
}

/**
 * Reads a process's configuration whole, once, or throws a `ConfigError` that names every wrong variable: what
 * was given (secrets masked) and what is allowed. An empty variable counts as not set. A variable that starts
 * with `JOBENGINE_` and that no process of ours knows is wrong too: it is most likely a typing error.
 */
export function loadConfig<Schema extends z.ZodType>(schema: Schema, env: Environment): Config<Schema> {
  const variables = listVariables(schema);
  const unknown = unknownLines(env);
  const parsed = schema.safeParse(nest(variables, env));
  if (!parsed.success) throw new ConfigError([...wrongLines(parsed.error, variables, env), ...unknown]);
  if (unknown.length > 0) throw new ConfigError(unknown);
  return freezeDeep(parsed.data) as Config<Schema>;
}

/** The variables' texts at the places where the schema expects them. */
function nest(variables: readonly VariableLine[], env: Environment): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { name, path } of variables) {
    let place = root;
    for (const key of path.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>;
    const given = env[name];
    if (given !== undefined && given !== "") place[path.at(-1) ?? name] = given;
  }
  return root;
}

function wrongLines(error: z.ZodError, variables: readonly VariableLine[], env: Environment): string[] {
  const lines = error.issues.map((issue) => {
    const found = variables.find((one) => one.path.join(".") === issue.path.join("."));
    return found === undefined ? issue.message : wrongLine(found, env[found.name], issue);
  });
  return [...new Set(lines)];
}

function wrongLine(found: VariableLine, given: string | undefined, issue: z.core.$ZodIssue): string {
  const isSet = given !== undefined && given !== "";
  const shown = isSet ? `given ${maskValue(given, found.isSecret)}` : "not set";
  const rule = issue.code === "custom" && issue.message !== "Invalid input" ? `; ${issue.message}` : "";
  return `${found.name}: ${shown}${rule}; allowed: ${found.allowed.replaceAll("`", "")}`;
}

function unknownLines(env: Environment): string[] {
  const known = knownNames();
  return Object.keys(env)
    .filter((name) => name.startsWith("JOBENGINE_") && !known.has(name))
    .toSorted()
    .map((name) => {
      const near = nearestName(name, known);
      return `${name}: not known${near === undefined ? "; docs/configuration.md lists what is" : `; did you mean ${near}?`}`;
    });
}
