import { existsSync, mkdirSync, readdirSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { StackArguments } from "../stack/arguments.ts";
import type { Printer } from "../stack/print.ts";
import { isAlive } from "../stack/process-identity.ts";
import { reset } from "../stack/reset.ts";
import { StackError } from "../stack/stack-error.ts";
import { readState } from "../stack/state.ts";

/** Says that a folder belongs to a demo, which may therefore delete its data. */
const markerFile = "demo.json";

/**
 * Makes a data folder ready for a fresh start: a new or empty one as it is, one of an earlier demo after its
 * data were deleted. Any other folder, and one in which something runs, is refused.
 */
export async function prepareDemoFolder(dataDir: string, signal: AbortSignal): Promise<void> {
  const folder = path.resolve(dataDir);
  const marker = path.join(folder, markerFile);
  if (existsSync(folder)) {
    const isDemo = existsSync(marker);
    if (!isDemo && readdirSync(folder).length > 0) {
      throw new StackError(
        `${dataDir} holds data that are not of a demo. Choose another folder: --data-dir DIR`,
      );
    }
    if (isDemo && readState(folder)?.parts.some(isAlive) === true) {
      const flag = ` -- --data-dir ${dataDir}`;
      throw new StackError(`An earlier demo still runs in ${dataDir}. Stop it first: npm run down${flag}`);
    }
    await deleteDemoData(dataDir, signal);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(marker, `${JSON.stringify({ schemaVersion: "demo@1" })}\n`);
}

/** Deletes the data of a demo whose processes have ended, and the folder when nothing else is in it. */
export async function deleteDemoData(dataDir: string, signal: AbortSignal): Promise<void> {
  const folder = path.resolve(dataDir);
  rmSync(path.join(folder, markerFile), { force: true });
  const args: StackArguments = {
    verb: "reset",
    dataDir,
    isJson: false,
    isYes: true,
    isServersOnly: false,
    ports: {},
  };
  await reset(args, silent, signal);
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

const silent: Printer = { step: () => {}, heading: () => {}, table: () => {}, text: () => {} };
