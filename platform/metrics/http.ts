import { Gauge, Histogram } from "prom-client";
import type { MetricsRegistry } from "./registry.ts";

export interface HttpMetrics {
  /** Seconds from request to the start of its answer, by method, route pattern and status. */
  readonly durationSeconds: Histogram<"method" | "route" | "status">;
  readonly inFlight: Gauge;
}

/** The metrics of an HTTP listener. The route label is a pattern out of our own table, never a path. */
export function createHttpMetrics(registry: MetricsRegistry): HttpMetrics {
  return {
    durationSeconds: new Histogram({
      name: "http_request_duration_seconds",
      help: "Seconds from request to the start of its answer.",
      labelNames: ["method", "route", "status"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    }),
    inFlight: new Gauge({
      name: "http_requests_in_flight",
      help: "Requests that have no answer yet.",
      registers: [registry],
    }),
  };
}
