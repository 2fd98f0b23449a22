import { mountWorkerCalls } from "../../../api/v1/worker/calls.ts";
import { createHttpApp } from "../../../platform/http/app.ts";
import { createDevAuthenticator } from "../../../platform/http/auth/dev.ts";
import { createWorkerAuthenticator } from "../../../platform/http/auth/worker-key.ts";
import { startServer } from "../../../platform/http/serve.ts";
import { createLog } from "../../../platform/log/log.ts";
import { createMetrics } from "../../../platform/metrics/registry.ts";
import { connectValkey } from "../../../platform/valkey/connect.ts";
import { createWorkerCalls } from "../../../platform/valkey/worker-calls.ts";

/** What a worker said of itself when it registered. */
export interface RegisteredWorker {
  readonly keyId: string;
  readonly kinds: readonly string[];
  readonly concurrency: number;
}

/** The engine's own routes of the HTTPS transport, behind the side that the suite can script. */
export interface CallRoutes {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the real routes over the functions of a queue. Who registered is told by the suite, everything else is
 * what scheduler-web does.
 */
export async function startCallRoutes(options: {
  readonly valkeyUrl: string;
  readonly keyPrefix: string;
  readonly keyId: string;
  readonly secretSha256: string;
  readonly workers: ReadonlyMap<string, RegisteredWorker>;
}): Promise<CallRoutes> {
  const { valkeyUrl, keyPrefix, keyId, secretSha256, workers } = options;
  const log = createLog({ service: "conformance", level: "silent" });
  const closing = new AbortController();
  const valkey = await connectValkey({ url: valkeyUrl, name: "conformance" });
  const calls = createWorkerCalls({ valkey });
  const app = createHttpApp({
    log,
    closing: closing.signal,
    serviceName: "conformance",
    version: "0",
    auth: createDevAuthenticator(),
    workerAuth: createWorkerAuthenticator(async (asked) =>
      asked === keyId ? { keyId, pool: "conformance", secretSha256 } : undefined,
    ),
    readiness: {},
    metrics: createMetrics("conformance", { processMetrics: false }),
  });
  mountWorkerCalls(app, {
    calls,
    keyPrefixOf: () => keyPrefix,
    findWorker: async (workerId) => workers.get(workerId),
  });
  const server = await startServer({ app, log, port: 0, graceMs: 1_000, closing });
  return {
    url: server.url,
    async close() {
      calls.end();
      await server.stop();
      valkey.disconnect();
    },
  };
}
