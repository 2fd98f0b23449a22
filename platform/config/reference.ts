import { processSchemas, stackVariables } from "./processes.ts";
import { listVariables } from "./variable.ts";
import type { VariableLine } from "./variable.ts";

const preface = `# Configuration

<!-- Written by \`npm run docs\` from platform/config; a test fails when it is stale. -->

Each process reads its configuration once, from environment variables, before it opens anything. A wrong value
stops it with the variable's name, what was given and what is allowed. An empty variable counts as not set. A
variable that starts with \`JOBENGINE_\` and that no process knows is an error too, so that a typing error cannot
pass. Variables of another process are allowed: one environment can serve all of them.
`;

/** The reference of all variables, as Markdown. */
export function renderConfigurationReference(): string {
  const chapters = Object.entries(processSchemas).map(([name, schema]) =>
    [`## ${name}`, "", table(listVariables(schema)), ""].join("\n"),
  );
  return [preface, ...chapters, stackChapter()].join("\n");
}

function table(lines: readonly VariableLine[]): string {
  const rows = lines.map(
    (line) => `| \`${line.name}\` | ${fallbackText(line)} | ${line.allowed} | ${line.description} |`,
  );
  return ["| variable | default | allowed | what |", "|---|---|---|---|", ...rows].join("\n");
}

function fallbackText(line: VariableLine): string {
  if (line.isRequired) return "**required**";
  if (Array.isArray(line.fallback)) return `\`${line.fallback.join(",")}\``;
  return line.fallback === undefined ? "none" : `\`${JSON.stringify(line.fallback).replaceAll('"', "")}\``;
}

function stackChapter(): string {
  const rows = Object.entries(stackVariables).map(([name, what]) => `| \`${name}\` | ${what} |`);
  return [
    "## npm run up, down, status, reset, demo",
    "",
    "| variable | what |",
    "|---|---|",
    ...rows,
    "",
  ].join("\n");
}
