import { createApi } from "../api/app.ts";
import type { Engine } from "../engine/context.ts";
import { createDevAuthenticator } from "../platform/http/auth/dev.ts";
import type { HttpApp } from "../platform/http/env.ts";
import { renderRouteTable } from "../platform/http/route-table.ts";
import { createLog } from "../platform/log/log.ts";
import { createMetrics } from "../platform/metrics/registry.ts";
import type { WorkerCalls } from "../platform/valkey/worker-calls.ts";

/** The scheduler's API over no engine: it can be described, not called. */
export function describedApi(): HttpApp {
  return createApi({} as Engine, {
    log: createLog({ service: "reference", level: "silent" }),
    auth: createDevAuthenticator(),
    readiness: {},
    metrics: createMetrics("reference", { processMetrics: false }),
    workerCalls: {} as WorkerCalls,
    directions: { transports: [], workerUrl: "", leaseSeconds: 60, beatSeconds: 15 },
  });
}

/** Every route of the scheduler with the scope that it needs, as Markdown. */
export function renderRouteReference(): string {
  return [
    "# Routes",
    "",
    "Every route of `scheduler-web` and the scope that it needs, written by `npm run docs` from the routes",
    "themselves. A running service describes them in full at `/docs` and `/openapi.json`.",
    "",
    renderRouteTable(describedApi()),
  ].join("\n");
}
