import type { StackArguments } from "./arguments.ts";
import { shownPath, type Printer } from "./print.ts";
import { startStack, type StackDescription } from "./stack.ts";

/** Starts the stack and says where everything is. */
export async function up(
  args: StackArguments,
  printer: Printer,
  signal: AbortSignal,
): Promise<StackDescription> {
  const { ranAlready, ...stack } = await startStack({
    dataDir: args.dataDir,
    ports: args.ports,
    isServersOnly: args.isServersOnly,
    onLine: printer.step,
    signal,
  });
  printer.heading(ranAlready ? "JobEngine already runs" : "JobEngine runs");
  printer.table(addressRows(stack));
  printer.heading("What next");
  const folder = /^[\w./-]+$/.test(args.dataDir) ? args.dataDir : JSON.stringify(args.dataDir);
  const flags = folder === ".jobengine" ? "" : ` -- --data-dir ${folder}`;
  printer.table([
    ...callRows(stack),
    [`npm run status${flags}`, "what runs"],
    [`npm run down${flags}`, "stop everything, keep the data"],
    [`npm run reset${flags}`, "stop everything, delete the data"],
  ]);
  return stack;
}

/** The line that makes the documents' calls work; nothing where no role of ours runs. */
function callRows({ schedulerUrl }: StackDescription): [string, string][] {
  if (schedulerUrl === undefined) return [];
  return [[`export JE=${schedulerUrl}`, "the calls of README.md and docs/api.md start with it"]];
}

/** Where everything is, for people. */
export function addressRows(stack: StackDescription): [string, string][] {
  const rows: [string, string | undefined][] = [
    ["API", stack.schedulerUrl],
    ["API page", stack.docsUrl],
    ["Temporal UI", stack.temporalUiUrl],
    ["Temporal", stack.temporalAddress],
    ["PostgreSQL", stack.postgresUrl],
    ["Valkey", stack.valkeyUrl],
    ["Worker key", stack.workerKey],
    ["Data and logs", shownPath(stack.dataDir)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}
