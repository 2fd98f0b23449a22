import { randomUUID } from "node:crypto";
import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BlobFacts, BlobSource } from "./blob-store.ts";
import { digestWhile } from "./digest-stream.ts";
import { makeFolder } from "./durable-file.ts";

/** A temporary file that nobody has written to for this long is of a process that died. Processes may share a folder. */
const abandonedMs = 3_600_000;

export interface SpooledFile extends BlobFacts {
  readonly path: string;
}

/**
 * Writes a source to a temporary file in the folder, synced, and answers its digest. On any error the file is gone
 * again. The caller moves or removes the file.
 */
export async function spool(folder: string, source: BlobSource, maxBytes: number): Promise<SpooledFile> {
  await makeFolder(folder);
  const path = join(folder, randomUUID());
  const file = await open(path, "wx", 0o600);
  try {
    const facts = await digestWhile(source, maxBytes, (piece) => file.writeFile(piece));
    await file.sync();
    await file.close();
    return { ...facts, path };
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** Removes what processes left behind that died while writing. */
export async function clearAbandoned(folder: string, now: number = Date.now()): Promise<void> {
  await makeFolder(folder);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another process may have removed it in between.
    const state = await stat(path).catch(() => undefined);
    if (state !== undefined && now - state.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}
