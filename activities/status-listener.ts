import type { OpenEngine } from "../engine/open-engine.ts";
import { readinessChecks } from "../engine/readiness.ts";
import type { SchedulerWorkerConfig } from "../platform/config/scheduler-worker.ts";
import { createHealthApp } from "../platform/http/app.ts";
import { type RunningServer, startServer } from "../platform/http/serve.ts";
import type { Log } from "../platform/log/log.ts";

/** `/healthz`, `/readyz` and `/metrics` of a process that serves no API. */
export async function startStatusListener(
  config: SchedulerWorkerConfig,
  { service, log, opened }: { readonly service: string; readonly log: Log; readonly opened: OpenEngine },
): Promise<RunningServer> {
  const closing = new AbortController();
  const app = createHealthApp({
    log,
    serviceName: service,
    version: "0.1.0",
    metrics: opened.registry,
    closing: closing.signal,
    readiness: readinessChecks(opened),
  });
  const { host, port } = config.metricsListener;
  return startServer({ app, log, host, port, graceMs: 1_000, closing });
}
