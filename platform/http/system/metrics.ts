import type { MetricsRegistry } from "../../metrics/registry.ts";
import { rawAnswer } from "../answers.ts";
import type { HttpApp } from "../env.ts";
import { defineRoute } from "../route.ts";

const metricsRoute = defineRoute({
  method: "get",
  path: "/metrics",
  scope: "public",
  tag: "system",
  summary: "Read the metrics",
  description: "All metrics of the process in Prometheus' text form.",
  responses: {
    200: rawAnswer("text/plain", "The metrics.", {
      example: "# TYPE http_requests_in_flight gauge\nhttp_requests_in_flight 1\n",
    }),
  },
});

export function mountMetrics(app: HttpApp, registry: MetricsRegistry): void {
  app.openapi(metricsRoute, async (c) =>
    c.body(await registry.metrics(), 200, { "content-type": registry.contentType }),
  );
}
