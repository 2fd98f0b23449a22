import { parseArgs } from "node:util";

export const verbs = ["up", "status", "down", "reset"] as const;
export type Verb = (typeof verbs)[number];

/** The ports that can be asked for, by the names of their flags. */
export const portNames = ["web", "worker", "postgres", "valkey", "temporal", "temporal-ui"] as const;

export interface StackArguments {
  readonly verb: Verb;
  readonly dataDir: string;
  readonly isJson: boolean;
  readonly isYes: boolean;
  readonly isServersOnly: boolean;
  readonly ports: Readonly<Record<string, number>>;
}

export const usage = `Usage: npm run up | status | down | reset [-- flags]

  up        starts the servers and every role, leaves them running, prints where everything is
  status    tells what runs
  down      stops everything; the data stays
  reset     stops everything and deletes the data, after asking

  --data-dir DIR      where all state of this stack lies (default .jobengine)
  --json              one JSON object on standard output, progress on standard error
  --yes               reset: do not ask
  --servers-only      up: PostgreSQL, Valkey and Temporal, no role
  --port-NAME PORT    up: ${portNames.join(", ")}; the others get free ports
  --help

Servers are found by the means of the machine, or named by their address in JOBENGINE_DATABASE_ADMIN_URL,
JOBENGINE_VALKEY_URL or JOBENGINE_TEMPORAL_ADDRESS. See docs/running.md.`;

/** Reads the command line; what is wrong with it is the message of the error. `help` when it was asked for. */
export function parseStackArguments(args: readonly string[]): StackArguments | "help" {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      "data-dir": { type: "string", default: ".jobengine" },
      json: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      "servers-only": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      ...Object.fromEntries(portNames.map((name) => [`port-${name}`, { type: "string" as const }])),
    },
  });
  if (values.help) return "help";
  const verb = verbs.find((one) => one === positionals[0]);
  if (verb === undefined || positionals.length > 1) {
    throw new Error(`Say one of ${verbs.join(", ")}, not ${JSON.stringify(positionals.join(" "))}.`);
  }
  if (values["data-dir"] === "") throw new Error("--data-dir needs the name of a folder.");
  const given = values as Readonly<Record<string, string | boolean | undefined>>;
  const ports = portNames.flatMap((name) => {
    const text = given[`port-${name}`];
    return typeof text === "string" ? [[name, parsePort(name, text)] as const] : [];
  });
  return {
    verb,
    dataDir: values["data-dir"],
    isJson: values.json,
    isYes: values.yes,
    isServersOnly: values["servers-only"],
    ports: Object.fromEntries(ports),
  };
}

function parsePort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new Error(`--port-${name} needs a number from 1 to 65535, not ${text}.`);
  return port;
}
