import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { DomainError } from "../../model/errors.ts";
import { BlobDamagedError } from "./blob-store.ts";
import type { BlobFacts, BlobSource } from "./blob-store.ts";

/** Gives each piece of the source to `write` while hashing and counting them; `too_large` past `maxBytes`. */
export async function digestWhile(
  source: BlobSource,
  maxBytes: number,
  write: (piece: Uint8Array) => Promise<unknown>,
): Promise<BlobFacts> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of source instanceof Uint8Array ? [source] : source) {
    bytes += piece.byteLength;
    if (bytes > maxBytes)
      throw new DomainError("too_large", `A blob may have ${maxBytes} bytes here at most.`);
    hash.update(piece);
    await write(piece);
  }
  return { digest: `sha256:${hash.digest("hex")}`, bytes };
}

/**
 * Passes pieces on, one behind, so that the last one is only given out when the whole has the digest. Closes the
 * source when the reader leaves, even before the first piece: a generator that was never begun runs no `finally`.
 */
export function checkDigest(
  source: Readable,
  tenant: string,
  digest: string,
): AsyncIterableIterator<Uint8Array, void, undefined> {
  // Told by the read that meets it; with no listener an error before the first read would end the process.
  source.on("error", () => undefined);
  const pieces = checkedPieces(source, tenant, digest);
  return {
    next: () => pieces.next(),
    async return() {
      const end = await pieces.return();
      source.destroy();
      return end;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* checkedPieces(
  source: AsyncIterable<Uint8Array>,
  tenant: string,
  digest: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash("sha256");
  let held: Uint8Array | undefined;
  for await (const piece of source) {
    hash.update(piece);
    if (held !== undefined) yield held;
    held = piece;
  }
  if (`sha256:${hash.digest("hex")}` !== digest) throw new BlobDamagedError(tenant, digest);
  if (held !== undefined) yield held;
}
