import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { spool } from "../../platform/blobs/spool.ts";

/** A request body in a temporary file of this process. */
export interface SpooledUpload {
  readonly path: string;
  readonly bytes: number;
  readonly read: () => AsyncIterable<Uint8Array>;
  /** Deletes the file; whoever spooled it calls this, whatever happened. */
  readonly remove: () => Promise<void>;
}

/**
 * Takes a whole body in before anything is answered. A client that sends everything before it reads would
 * otherwise wait for a server that waits for the client, and a body that is too large could no longer be
 * answered by its status.
 */
export async function spoolUpload(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<SpooledUpload> {
  const file = await spool(path.join(tmpdir(), "jobengine-uploads"), source, maxBytes);
  return {
    path: file.path,
    bytes: file.bytes,
    read: () => createReadStream(file.path),
    remove: () => rm(file.path, { force: true }),
  };
}
