import { canonicalJson } from "../../model/canonical.ts";
import type { HttpContext } from "./env.ts";
import { toProblem } from "./problem.ts";

/**
 * Answers with the problem that an error means. Unforeseen ones are logged whole under the request id and
 * shown without their text; a client that hung up is no error of ours.
 */
export function answerProblem(c: HttpContext, thrown: unknown): Response {
  const problem = toProblem(thrown, c.var.requestId);
  const hungUp = c.req.raw.signal.aborted;
  if (hungUp) c.var.log.debug({ err: thrown }, "the client hung up");
  else if (problem.isUnexpected) c.var.log.error({ err: thrown }, "unforeseen error");
  else if (problem.document.status >= 500) c.var.log.warn({ err: thrown }, problem.document.detail);
  for (const [name, value] of Object.entries(problem.headers)) c.header(name, value);
  return c.body(canonicalJson(problem.document), problem.document.status as 400, {
    "content-type": "application/problem+json",
  });
}
