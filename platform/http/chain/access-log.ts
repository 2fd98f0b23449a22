import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "../env.ts";
import type { HttpMetrics } from "../../metrics/http.ts";
import { routePattern } from "../route-pattern.ts";

/** Asked for every few seconds by machines: logged at debug only, unless they are refused. */
const quietPaths = new Set([
  "/healthz",
  "/readyz",
  "/metrics",
  ...["claim", "beat", "settle", "release", "leave"].map((call) => `/api/v1/worker/${call}`),
]);

/**
 * One line and one measurement for each request, when its answer is ready to be sent. The route's pattern is
 * the metric's label; the path stands in the log only, without its query.
 */
export function accessLog(metrics: HttpMetrics): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const start = performance.now();
    metrics.inFlight.inc();
    try {
      await next();
    } finally {
      metrics.inFlight.dec();
      const durationMs = performance.now() - start;
      const route = routePattern(c);
      const { status } = c.res;
      metrics.durationSeconds.observe(
        { method: methodLabel(c.req.method), route, status },
        durationMs / 1000,
      );
      const level = quietPaths.has(c.req.path) && status < 400 ? "debug" : "info";
      c.var.log[level](
        {
          method: c.req.method,
          path: c.req.path.slice(0, 500),
          route,
          status,
          durationMs: Math.round(durationMs * 10) / 10,
          actor: c.var.identity?.actor,
        },
        "request",
      );
    }
  };
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Callers may invent methods; labels must stay few. */
const methodLabel = (method: string) => (methods.has(method) ? method : "other");
