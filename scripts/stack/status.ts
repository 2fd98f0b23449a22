import path from "node:path";
import type { StackArguments } from "./arguments.ts";
import { describeStack, type StackDescription } from "./describe.ts";
import { shownPath, type Printer } from "./print.ts";
import { isAlive } from "./process-identity.ts";
import { readOrCreateSecrets } from "./secrets.ts";
import { readState, type Part } from "./state.ts";
import { addressRows } from "./up.ts";

/** One part of a stack as `status --json` shows it. */
interface PartStatus {
  readonly name: string;
  readonly pid: number;
  readonly isRunning: boolean;
  readonly log: string;
}

/** What `status` found. `isRunning` is true when every part that was started is alive. */
export interface StackStatus extends Partial<StackDescription> {
  readonly dataDir: string;
  readonly isRunning: boolean;
  /** False when something that was started is gone; the exit code is 1 then. */
  readonly isHealthy: boolean;
  readonly parts: readonly PartStatus[];
}

/** Tells what runs in a data folder; changes nothing. */
export async function status(args: StackArguments, printer: Printer): Promise<StackStatus> {
  const dataDir = path.resolve(args.dataDir);
  const state = readState(dataDir);
  if (state === undefined) {
    printer.text(`Nothing runs in ${args.dataDir}. Start it with: npm run up`);
    return { dataDir, isRunning: false, isHealthy: true, parts: [] };
  }
  const parts = state.parts.map(partStatus);
  const dead = parts.filter((part) => !part.isRunning);
  const isRunning = state.isComplete && dead.length === 0;

  if (isRunning) printer.heading("JobEngine runs");
  else if (dead.length === parts.length) printer.heading("JobEngine does not run: its processes are gone");
  else printer.heading("JobEngine runs in part");
  printer.table(
    state.parts.map((part) => [
      part.title,
      `${isAlive(part) ? `runs, pid ${part.pid}` : `gone (was pid ${part.pid})`}   ${shownPath(part.log)}`,
    ]),
  );
  if (!isRunning) {
    printer.text("\nBring back what is missing with: npm run up");
    return { dataDir, isRunning, isHealthy: false, parts };
  }
  const description = describeStack(dataDir, state, readOrCreateSecrets(dataDir));
  printer.text("");
  printer.table(addressRows(description));
  return { ...description, isRunning, isHealthy: true, parts };
}

function partStatus(part: Part): PartStatus {
  return { name: part.name, pid: part.pid, isRunning: isAlive(part), log: part.log };
}
