import { matchedRoutes } from "hono/route";
import type { HttpContext } from "./env.ts";

/** The pattern of the route that answered, as `/api/v1/scheduler/runs/{id}`; `(none)` when there was none. */
export function routePattern(c: HttpContext): string {
  const route = matchedRoutes(c).findLast((candidate) => candidate.method !== "ALL");
  return route === undefined ? "(none)" : route.path.replaceAll(/:([A-Za-z0-9_]+)/g, "{$1}");
}
