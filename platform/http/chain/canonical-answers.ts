import type { MiddlewareHandler } from "hono";
import { canonicalJson } from "../../../model/canonical.ts";
import type { HttpEnv } from "../env.ts";

/**
 * Makes `c.json` write canonical JSON (RFC 8785), so that a document has the same bytes in an answer as in
 * storage and on the queue, whichever handler sends it.
 */
export function canonicalAnswers(): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const write = (value: unknown, status?: number, headers?: Record<string, string>) =>
      c.body(canonicalJson(value), (status ?? 200) as 200, {
        "content-type": "application/json",
        ...headers,
      });
    c.json = write as unknown as typeof c.json;
    await next();
  };
}
