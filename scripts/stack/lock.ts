import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pause } from "./interrupt.ts";

/**
 * Runs `work` while no other process runs any under the same lock file, and waits for its turn.
 * The lock is the operating system's (SQLite takes it on the file), so it ends with the process that held it,
 * however that ended: there is no stale lock to recover from.
 */
export async function withLock<T>(
  file: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait: () => void },
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(file, options);
  try {
    return await work();
  } finally {
    release();
  }
}

/** SQLITE_BUSY of sqlite3.h: another connection holds the lock. */
const sqliteBusy = 5;

async function acquire(
  file: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait: () => void },
): Promise<() => void> {
  let hasSaidThatItWaits = false;
  for (;;) {
    options.signal?.throwIfAborted();
    mkdirSync(path.dirname(file), { recursive: true });
    const database = new DatabaseSync(file);
    const inode = inodeOf(file);
    if (tryLock(database)) {
      // `reset` deletes the file while it holds the lock: a lock on a deleted file protects nothing.
      if (inode !== undefined && inode === inodeOf(file)) return () => database.close();
      database.close();
      continue;
    }
    database.close();
    if (!hasSaidThatItWaits) options.onWait();
    hasSaidThatItWaits = true;
    await pause(100, options.signal);
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("pragma journal_mode = memory; begin exclusive");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === sqliteBusy) return false;
    throw error;
  }
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}
