import { DomainError } from "../../model/errors.ts";

/** The answer to a body that has more bytes than the route takes. */
export function tooLarge(maxBytes: number): DomainError {
  return new DomainError("too_large", `The body may have ${maxBytes} bytes at most.`);
}

/** Refuses by `Content-Length`, before a byte is read. Chunked bodies pass: they are counted while read. */
export function checkContentLength(request: Request, maxBytes: number): void {
  const length = request.headers.get("content-length");
  if (length !== null && Number(length) > maxBytes) throw tooLarge(maxBytes);
}

/** Reads a whole body, never holding more than `maxBytes` of it. */
export async function readLimited(request: Request, maxBytes: number): Promise<Uint8Array> {
  checkContentLength(request, maxBytes);
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  for await (const chunk of countBytes(request.body, maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Passes a body's chunks on and throws `too_large` as soon as they are more than `maxBytes` together. */
export async function* countBytes(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let total = 0;
  for await (const chunk of body) {
    total += chunk.byteLength;
    if (total > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}
