import { Client, Connection } from "@temporalio/client";
import { createBlobStore } from "../platform/blobs/from-config.ts";
import type { SchedulerWorkerConfig } from "../platform/config/scheduler-worker.ts";
import { newId } from "../platform/ids.ts";
import type { Log } from "../platform/log/log.ts";
import { createMetrics, type MetricsRegistry } from "../platform/metrics/registry.ts";
import { createSchedulerMetrics } from "../platform/metrics/scheduler.ts";
import { connectPostgres } from "../platform/postgres/connect.ts";
import { createWorkflows } from "../platform/temporal/workflows.ts";
import { connectValkey } from "../platform/valkey/connect.ts";
import { createQueue } from "../platform/valkey/queue.ts";
import { createQueues, type Queues } from "../platform/valkey/queues.ts";
import { createWorkerUsers } from "../platform/valkey/worker-users.ts";
import { getQueue } from "../store/queues.ts";
import type { Tables } from "../store/tables.ts";
import { type Database, withEngine } from "../store/tenant.ts";
import type { Engine } from "./context.ts";
import { followEpoch } from "./queue/follow-epoch.ts";

/** The parts of a process's configuration that an engine is made of. */
export type EngineConfig = Pick<
  SchedulerWorkerConfig,
  "database" | "valkey" | "queue" | "temporal" | "blobs"
>;

/** An engine with everything that its process must close or may need beside it. */
export interface OpenEngine {
  readonly engine: Engine;
  /** The queues without the follower of epochs: for the process that rebuilds. */
  readonly rawQueues: Queues;
  readonly valkey: Awaited<ReturnType<typeof connectValkey>>;
  readonly temporal: Client;
  /** What `/metrics` of the process shows. */
  readonly registry: MetricsRegistry;
  close(): Promise<void>;
}

/**
 * Opens every connection of a process that runs engine verbs. Valkey must answer; PostgreSQL and Temporal
 * are connected on first use, so that a process starts while they are away and `/readyz` says so.
 */
export async function openEngine(
  config: EngineConfig,
  { service, log }: { readonly service: string; readonly log: Log },
): Promise<OpenEngine> {
  const database = (url: string, maxConnections: number): Database => ({
    kysely: connectPostgres<Tables>({
      url,
      applicationName: service,
      maxConnections,
      statementTimeoutMs: config.database.statementTimeoutSeconds * 1_000,
      onIdleError: (err) => log.warn({ err }, "An idle PostgreSQL connection broke."),
    }),
    clock: (databaseNow) => databaseNow,
  });
  const app = database(config.database.url, config.database.poolSize);
  const engineDb = database(config.database.engineUrl, config.database.enginePoolSize);
  const valkey = await connectValkey({
    url: config.valkey.url,
    caFile: config.valkey.caFile,
    name: service,
    onError: (err) => log.warn({ err }, "The Valkey connection broke."),
  });
  const rawQueues = createQueues((pool) =>
    createQueue({
      valkey,
      queue: pool,
      onError: (err) => log.warn({ err, pool }, "The blocking Valkey connection broke."),
    }),
  );
  const queues = createQueues((pool) => {
    const readEpoch = async () => (await withEngine(engineDb, (tx) => getQueue(tx, pool)))?.epoch;
    return followEpoch(rawQueues.of(pool), readEpoch);
  });
  const connection = Connection.lazy({ address: config.temporal.address, connectTimeout: "5s" });
  const temporal = new Client({ connection, namespace: config.temporal.namespace });
  const registry = createMetrics(service);
  const engine: Engine = {
    app,
    engine: engineDb,
    queues,
    workerUsers: createWorkerUsers(valkey),
    blobs: await createBlobStore(config.blobs),
    workflows: createWorkflows(temporal),
    log,
    metrics: createSchedulerMetrics(registry),
    newId,
    random: Math.random,
    wallClockMs: config.queue.wallClockSeconds * 1_000,
    jobsHighWater: config.queue.jobsHighWater,
    segmentImages: config.queue.segmentImages,
    retryBudgets: {
      tries: config.queue.retryTries,
      crashes: config.queue.retryCrashes,
      wallClockMs: config.queue.retrySeconds * 1_000,
    },
  };
  return {
    engine,
    rawQueues,
    valkey,
    temporal,
    registry,
    async close() {
      await Promise.all([rawQueues.end(), queues.end()]);
      valkey.disconnect();
      await Promise.all([app.kysely.destroy(), engineDb.kysely.destroy(), connection.close()]);
    },
  };
}
