import { hash } from "node:crypto";
import { canonicalJson } from "../../model/canonical.ts";
import { DomainError } from "../../model/errors.ts";
import type { HttpContext } from "./env.ts";
import { routePattern } from "./route-pattern.ts";

/**
 * A request that must have one effect however often it comes. The engine writes (tenant, route, key) with the
 * body's hash in the effect's own transaction.
 */
export interface IdempotentRequest {
  /** Method and pattern, as `POST /api/v1/scheduler/runs`. */
  readonly route: string;
  readonly key: string;
  /** SHA-256 (hex) of the address and the body as canonical JSON: order and blanks do not matter. */
  readonly bodyHash: string;
}

/** The answer that was given first, kept beside the key. */
export interface KeptAnswer {
  readonly status: number;
  /** The document; undefined where the answer had no body. */
  readonly body: unknown;
}

/** What the store knows of a key. */
export type IdempotencyVerdict =
  | { readonly kind: "first" }
  | { readonly kind: "done"; readonly bodyHash: string; readonly answer: KeptAnswer }
  | { readonly kind: "in_flight"; readonly bodyHash: string };

/**
 * Reads `Idempotency-Key`, whose form the route has checked; undefined when the caller sent none. For streamed
 * bodies pass what stands for the body, for example its digest.
 */
export function readIdempotency(
  c: HttpContext,
  body: unknown = c.var.jsonBody,
): IdempotentRequest | undefined {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return undefined;
  const address = c.req.raw.url.slice(c.req.raw.url.indexOf("/", c.req.raw.url.indexOf("//") + 2));
  return {
    route: `${c.req.method} ${routePattern(c)}`,
    key,
    bodyHash: hash("sha256", canonicalJson([address, body ?? null]), "hex"),
  };
}

/**
 * Decides what a verdict means for this request: undefined to go on, or the kept answer to give again. Another
 * request under the same key is `invalid` (422), one still in flight a `conflict` (409).
 */
export function answerToRepeat(
  request: IdempotentRequest,
  verdict: IdempotencyVerdict,
): KeptAnswer | undefined {
  if (verdict.kind === "first") return undefined;
  if (verdict.bodyHash !== request.bodyHash) {
    throw new DomainError("invalid", "This Idempotency-Key was used for another request. Take a new key.", {
      fields: [{ path: "Idempotency-Key", message: "was used for another request" }],
    });
  }
  if (verdict.kind === "done") return verdict.answer;
  throw new DomainError(
    "conflict",
    "The first request with this Idempotency-Key is still in flight. Try again.",
    {
      retryAfterSeconds: 1,
    },
  );
}

/** Gives a kept answer again, marked as such. */
export function answerAgain(c: HttpContext, kept: KeptAnswer): Response {
  c.header("idempotency-replayed", "true");
  if (kept.body === undefined) return c.body(null, kept.status as 204);
  return c.body(canonicalJson(kept.body), kept.status as 200, { "content-type": "application/json" });
}
