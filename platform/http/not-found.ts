import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";
import { DomainError } from "../../model/errors.ts";
import type { HttpApp, HttpContext } from "./env.ts";
import { answerProblem } from "./problem-answer.ts";

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/**
 * What answers where no route did: 405 with `Allow` when the path takes other methods, 404 otherwise.
 * The methods of a path are read from the app's own routes, once, when they are first asked for.
 */
export function answerNoRoute(app: HttpApp): (c: HttpContext) => Response {
  let allowedAt: ((path: string) => string[]) | undefined;
  return (c) => {
    allowedAt ??= methodsByPath(app);
    const allowed = allowedAt(c.req.path);
    if (allowed.length === 0) {
      return answerProblem(
        c,
        new DomainError("not_found", "There is no such path. GET /openapi.json lists them."),
      );
    }
    c.header("allow", allowed.join(", "));
    if (c.req.method === "OPTIONS") return c.body(null, 204);
    const message = `This path takes ${allowed.join(", ")}.`;
    return answerProblem(c, new DomainError("method_not_allowed", message));
  };
}

function methodsByPath(app: HttpApp): (path: string) => string[] {
  const router = new SmartRouter<true>({ routers: [new RegExpRouter(), new TrieRouter()] });
  for (const route of app.routes) {
    if (route.method !== "ALL") router.add(route.method, route.path, true);
  }
  return (path) => {
    const found: string[] = methods.filter((method) => router.match(method, path)[0].length > 0);
    return found.includes("GET") ? [...found, "HEAD"] : found;
  };
}
