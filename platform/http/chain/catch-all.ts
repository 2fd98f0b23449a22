import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "../env.ts";
import { answerProblem } from "../problem-answer.ts";

/** Hono passes only instances of `Error` to its error handler; this catches whatever else is thrown. */
export function catchAll(): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    try {
      await next();
    } catch (thrown) {
      c.res = answerProblem(c, thrown);
    }
  };
}
