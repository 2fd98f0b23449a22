/** scheduler-web: the HTTP face of the scheduler. */
import { openEngine } from "../engine/open-engine.ts";
import { readinessChecks } from "../engine/readiness.ts";
import { loadConfigOrExit } from "../platform/config/load-or-exit.ts";
import { schedulerWebConfig } from "../platform/config/scheduler-web.ts";
import { createAuthenticator } from "../platform/http/auth/from-config.ts";
import { startServer } from "../platform/http/serve.ts";
import { createLog } from "../platform/log/log.ts";
import { createMetrics } from "../platform/metrics/registry.ts";
import { stopSignal } from "../platform/stop-signal.ts";
import { createWorkerCalls } from "../platform/valkey/worker-calls.ts";
import { createApi } from "./app.ts";

const service = "scheduler-web";

async function main(): Promise<void> {
  const config = loadConfigOrExit(schedulerWebConfig);
  const log = createLog({ service, ...config.log });
  const stopping = stopSignal();
  const { listener, tls, auth } = config.http;
  const { certFile, keyFile } = tls;

  const opened = await openEngine(config, { service, log });
  const closing = new AbortController();
  const workerCalls = createWorkerCalls({
    valkey: opened.valkey,
    onError: (err) => log.warn({ err }, "A Valkey connection that waits for work broke."),
  });
  const app = createApi(opened.engine, {
    log,
    auth: createAuthenticator(auth),
    readiness: readinessChecks(opened),
    metrics: createMetrics(service),
    pageTokenKey: listener.pageTokenKey,
    bodyMaxBytes: listener.bodyMaxBytes,
    closing: closing.signal,
    workerCalls,
    directions: {
      transports: config.workers.transports,
      workerUrl: config.valkey.workerUrl,
      leaseSeconds: config.queue.leaseSeconds,
      beatSeconds: config.queue.beatSeconds,
    },
  });
  const server = await startServer({
    app,
    log,
    host: listener.host,
    port: listener.port,
    graceMs: config.shutdownGraceSeconds * 1_000,
    requestTimeoutMs: listener.requestTimeoutSeconds * 1_000,
    closing,
    tls: certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile },
  });

  log.info("Ready.");
  await stopping;
  log.info("Stopping.");
  await server.stop();
  workerCalls.end();
  await opened.close();
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${service} could not go on: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});
