import { existsSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import type { StackArguments } from "./arguments.ts";
import { paths } from "./data-folder.ts";
import { withLock } from "./lock.ts";
import type { Printer } from "./print.ts";
import { StackError } from "./stack-error.ts";
import { stopParts } from "./stop-stack.ts";

/** What a stack puts into its data folder: nothing else in it is ever deleted. */
const ownEntries = [
  "postgres",
  "valkey",
  "temporal",
  "s3",
  "blobs",
  "logs",
  "stack.json",
  "secrets.json",
  "lock",
];

/** Stops everything and deletes the data, after asking. */
export async function reset(
  args: StackArguments,
  printer: Printer,
  signal: AbortSignal,
): Promise<{ deleted: string[] }> {
  const dataDir = path.resolve(args.dataDir);
  if (!existsSync(paths.secrets(dataDir)) && !existsSync(paths.state(dataDir))) {
    printer.text(`There is no data in ${args.dataDir}.`);
    return { deleted: [] };
  }
  if (!args.isYes && !(await isConfirmed(dataDir, signal))) {
    printer.text("Nothing was deleted.");
    return { deleted: [] };
  }
  const onWait = () => printer.step(`Waiting: another command works on ${dataDir}`);
  return withLock(paths.lock(dataDir), { signal, onWait }, async () => {
    await stopParts(dataDir, (part, how) => printer.step(`${part.title}: ${how}`));
    const deleted = ownEntries.filter((name) => existsSync(path.join(dataDir, name)));
    for (const name of deleted) rmSync(path.join(dataDir, name), { recursive: true, force: true });
    const others = readdirSync(dataDir);
    if (others.length === 0) rmdirSync(dataDir);
    else printer.text(`${args.dataDir} also holds ${others.join(", ")}: not ours, so it stays.`);
    printer.text(`The data in ${args.dataDir} is deleted.`);
    return { deleted };
  });
}

async function isConfirmed(dataDir: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new StackError(`This deletes all data in ${dataDir}. Say that you mean it: npm run reset -- --yes`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Delete all data in ${dataDir}? [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
