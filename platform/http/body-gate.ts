import type { MiddlewareHandler } from "hono";
import { DomainError } from "../../model/errors.ts";
import type { HttpContext, HttpEnv } from "./env.ts";
import { parseJsonBody } from "./json-body.ts";
import { checkContentLength, countBytes, readLimited } from "./read-limited.ts";

const emptyObject = new TextEncoder().encode("{}");

/**
 * Reads and checks a JSON body before the schema sees it: type, size, encoding, depth, storable values. A body
 * that is not required may be missing or empty, and counts as `{}`.
 */
export function jsonBodyGate(
  mediaTypes: readonly string[],
  maxBytes: number | undefined,
  isRequired = true,
): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    if (!isRequired && hasNoBody(c)) return next();
    checkMediaType(c, mediaTypes);
    const bytes = await readLimited(c.req.raw, maxBytes ?? c.var.services.bodyMaxBytes);
    const { text, value } = parseJsonBody(!isRequired && bytes.length === 0 ? emptyObject : bytes);
    c.set("jsonBody", value);
    // The library's validator reads the body from this cache.
    c.req.bodyCache.text = Promise.resolve(text) as unknown as string;
    await next();
  };
}

/** Checks type and announced size of a body that the handler reads by `requestStream`. */
export function streamBodyGate(mediaTypes: readonly string[], maxBytes: number): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    checkMediaType(c, mediaTypes);
    checkContentLength(c.req.raw, maxBytes);
    c.set("streamMaxBytes", maxBytes);
    await next();
  };
}

/** The bytes of a streamed body, counted: throws `too_large` when more come than the route allows. */
export function requestStream(c: HttpContext): AsyncGenerator<Uint8Array, void, undefined> {
  return countBytes(c.req.raw.body ?? emptyBody(), c.var.streamMaxBytes);
}

/** Nothing in the head of the request announces a body. */
function hasNoBody(c: HttpContext): boolean {
  const lengthText = c.req.header("content-length") ?? "0";
  const isTyped = c.req.header("content-type") !== undefined;
  return !isTyped && lengthText === "0" && c.req.header("transfer-encoding") === undefined;
}

async function* emptyBody(): AsyncGenerator<Uint8Array, void, undefined> {
  // A request without a body is a stream without chunks.
}

function checkMediaType(c: HttpContext, accepted: readonly string[]): void {
  const encoding = c.req.header("content-encoding");
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new DomainError("unsupported_media_type", "Send the body without Content-Encoding.");
  }
  const given = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (given === undefined || !accepted.includes(given)) {
    throw new DomainError(
      "unsupported_media_type",
      `Send the body as ${accepted.join(" or ")} (Content-Type).`,
    );
  }
}
