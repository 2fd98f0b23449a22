import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "../env.ts";

/**
 * Ends the body of an answer to HEAD. Hono runs the handler of GET and drops its body unread: without this the
 * file behind a download stays open, and an event stream goes on for nobody.
 */
export function headAnswers(): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next();
    if (c.req.raw.method === "HEAD") await c.res.body?.cancel();
  };
}
