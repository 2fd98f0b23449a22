import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";

/**
 * What can be stored: bytes, a file, or a stream of bytes (Node's, the web's, any async iterable). Files are read
 * twice, once for the digest and once to be sent; streams go through memory up to 1 MB and a temporary file beyond.
 */
export type ArtifactSource = Uint8Array | { readonly file: string } | AsyncIterable<Uint8Array>;

/** Content whose digest is known and that can be read any number of times. */
export interface Spooled extends AsyncDisposable {
  readonly sha256: Buffer;
  readonly bytes: number;
  /** The content from its start. */
  open(): Uint8Array | Readable;
}

/** How much of a stream stays in memory. */
const memoryBytes = 1_048_576;

/** Reads the source to its end. Dispose of the answer: it may be a temporary file. */
export async function spool(source: ArtifactSource, signal: AbortSignal): Promise<Spooled> {
  if (source instanceof Uint8Array) return inMemory(source, createHash("sha256").update(source));
  if ("file" in source) return await fromFile(source.file, signal, async () => {});
  const kept: Uint8Array[] = [];
  let bytes = 0;
  const pieces = source[Symbol.asyncIterator]();
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
    signal.throwIfAborted();
    kept.push(next.value);
    bytes += next.value.byteLength;
    if (bytes > memoryBytes) return await throughFile(kept, pieces, signal);
  }
  const whole = Buffer.concat(kept);
  return inMemory(whole, createHash("sha256").update(whole));
}

function inMemory(content: Uint8Array, hash: Hash): Spooled {
  return {
    sha256: hash.digest(),
    bytes: content.byteLength,
    open: () => content,
    [Symbol.asyncDispose]: async () => {},
  };
}

async function throughFile(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<Spooled> {
  const folder = await mkdtemp(path.join(tmpdir(), "jobengine-artifact-"));
  const remove = async () => await rm(folder, { recursive: true, force: true });
  try {
    const place = path.join(folder, "content");
    await using file = await open(place, "wx", 0o600);
    for (const piece of head) await file.writeFile(piece);
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      signal.throwIfAborted();
      await file.writeFile(next.value);
    }
    return await fromFile(place, signal, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function fromFile(place: string, signal: AbortSignal, dispose: () => Promise<void>): Promise<Spooled> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of createReadStream(place, { signal })) {
    hash.update(piece as Buffer);
    bytes += (piece as Buffer).byteLength;
  }
  return {
    sha256: hash.digest(),
    bytes,
    open: () => createReadStream(place),
    [Symbol.asyncDispose]: dispose,
  };
}
