import { sql } from "kysely";
import type { OpenEngine } from "../engine/open-engine.ts";
import type { SchedulerWorkerConfig } from "../platform/config/scheduler-worker.ts";
import { createHttpApp } from "../platform/http/app.ts";
import { createDevAuthenticator } from "../platform/http/auth/dev.ts";
import { type RunningServer, startServer } from "../platform/http/serve.ts";
import type { Log } from "../platform/log/log.ts";
import { createMetrics } from "../platform/metrics/registry.ts";

/** `/healthz`, `/readyz` and `/metrics` of a process that serves no API. It has no route that asks who calls. */
export async function startStatusListener(
  config: SchedulerWorkerConfig,
  { service, log, opened }: { readonly service: string; readonly log: Log; readonly opened: OpenEngine },
): Promise<RunningServer> {
  const closing = new AbortController();
  const { engine, temporal } = opened;
  const app = createHttpApp({
    log,
    serviceName: service,
    version: "0.1.0",
    auth: createDevAuthenticator(),
    metrics: createMetrics(service),
    closing: closing.signal,
    readiness: {
      postgres: () => sql`select 1`.execute(engine.engine.kysely),
      valkey: () => engine.queue.stats(),
      temporal: () => temporal.connection.workflowService.getSystemInfo({}),
    },
  });
  const { host, port } = config.metricsListener;
  return startServer({ app, log, host, port, graceMs: 1_000, closing });
}
