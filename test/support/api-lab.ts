import { createApi } from "../../api/app.ts";
import type { Engine } from "../../engine/context.ts";
import { createDevAuthenticator } from "../../platform/http/auth/dev.ts";
import type { HttpApp } from "../../platform/http/env.ts";
import { createLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/registry.ts";
import { workerTransports } from "../../model/queue/transport.ts";
import { createWorkerCalls } from "../../platform/valkey/worker-calls.ts";
import { scopes } from "../../model/identity/scope.ts";
import { defaultPool } from "../../model/pools/pool.ts";
import { putQueue } from "../../store/queues.ts";
import { withEngine } from "../../store/tenant.ts";
import { type RunLab, createRunLab } from "./run-lab.ts";

/** The whole API over a run lab: real database, queue and blob store, workflows that are only recorded. */
export interface ApiLab {
  readonly lab: RunLab;
  readonly app: HttpApp;
  /** Workflows that were started, oldest first. */
  readonly started: string[];
  /** What workflow calls do; a test may make them fail. */
  readonly workflows: { isAway: boolean };
  /** Aborted to stop the service. */
  readonly closing: AbortController;
  /** Sends a request as Ann, who may do everything, of a tenant (`acme` by default). */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly tenant?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Of a JSON answer; tests know what they asked for. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** Paths are below `/api/v1/scheduler`. */
export async function createApiLab(): Promise<ApiLab> {
  const lab = await createRunLab();
  // As `ensureQueue` notes it. Without the server's run the first call of that rebuilds.
  await withEngine(lab.engine.engine, (tx, now) => {
    const epoch = lab.engine.queue.epoch ?? "";
    return putQueue(tx, { queue: defaultPool, epoch, valkey_run_id: null, opened_at: now });
  });
  const started: string[] = [];
  const workflows = { isAway: false };
  const orAway = async <T>(call: () => Promise<T> | T): Promise<T> => {
    if (workflows.isAway) throw new Error("Temporal is away.");
    return call();
  };
  const engine: Engine = {
    ...lab.engine,
    workflows: {
      start: ({ workflowId }) => orAway(() => started.push(workflowId) > 0),
      signal: (...signal) => orAway(() => lab.engine.workflows.signal(...signal)),
      signalWithStart: async () => undefined,
    },
  };
  const closing = new AbortController();
  const workerCalls = createWorkerCalls({ valkey: lab.queue.valkey });
  const app = createApi(engine, {
    log: createLog({ service: "test", level: "fatal" }),
    auth: createDevAuthenticator(),
    readiness: {},
    metrics: createMetrics("test", { processMetrics: false }),
    pageTokenKey: "test key",
    closing: closing.signal,
    workerCalls,
    directions: {
      transports: workerTransports,
      workerUrl: process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379",
      leaseSeconds: 60,
      beatSeconds: 15,
    },
  });
  return {
    lab,
    app,
    started,
    workflows,
    closing,
    async send(method, path, { body, headers = {}, tenant = "acme" } = {}) {
      const response = await app.request(`/api/v1/scheduler${path}`, {
        method,
        headers: {
          ...annOf(tenant),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const isJson = response.headers.get("content-type")?.includes("json") === true;
      return {
        status: response.status,
        headers: response.headers,
        body: isJson ? await response.json() : undefined,
      };
    },
    async close() {
      closing.abort();
      workerCalls.end();
      await lab.close();
    },
  };
}

/** The identity headers of Ann, who may do everything. */
export function annOf(tenant: string): Record<string, string> {
  return {
    "x-stellaops-tenant": tenant,
    "x-stellaops-actor": "ann",
    "x-stellaops-scopes": scopes.join(" "),
  };
}
