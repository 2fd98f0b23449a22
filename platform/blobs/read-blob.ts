import { DomainError } from "../../model/errors.ts";
import type { BlobStore } from "./blob-store.ts";

/** A whole blob in memory, its digest checked; `too_large` when it has more than `maxBytes`. */
export async function readBlob(
  store: BlobStore,
  tenant: string,
  digest: string,
  maxBytes: number,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of await store.get(tenant, digest)) {
    bytes += piece.byteLength;
    if (bytes > maxBytes)
      throw new DomainError("too_large", `The blob ${digest} has more than ${maxBytes} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
