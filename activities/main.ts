/** scheduler-worker: the workflows' activities, the queue's clock and the way of results into PostgreSQL. */
import { NativeConnection } from "@temporalio/worker";
import { atPool } from "../engine/context.ts";
import { openEngine } from "../engine/open-engine.ts";
import { ensureQueue } from "../engine/queue/rebuild.ts";
import { restoreWorkerUsers } from "../engine/queue/worker-users.ts";
import { ensureTickers } from "../engine/schedules/ensure-tickers.ts";
import { loadConfigOrExit } from "../platform/config/load-or-exit.ts";
import { schedulerWorkerConfig } from "../platform/config/scheduler-worker.ts";
import { createLog } from "../platform/log/log.ts";
import { stopSignal } from "../platform/stop-signal.ts";
import { routeTemporalLogs } from "../platform/temporal/logs.ts";
import { ensureSearchAttributes } from "../platform/temporal/search-attributes.ts";
import { checkServer } from "../platform/valkey/server.ts";
import { searchAttributes } from "../workflows/contract.ts";
import { servePools } from "./loops/pool-loops.ts";
import { startQueueLoops } from "./loops/queue-loops.ts";
import { startRunLoops } from "./loops/run-loops.ts";
import { createSchedulerActivities } from "./scheduler-activities.ts";
import { startStatusListener } from "./status-listener.ts";
import { createTemporalWorkers } from "./temporal-workers.ts";

const service = "scheduler-worker";

async function main(): Promise<void> {
  const config = loadConfigOrExit(schedulerWorkerConfig);
  const log = createLog({ service, ...config.log });
  const stopping = stopSignal();

  const opened = await openEngine(config, { service, log });
  const { engine, rawQueues, valkey, temporal } = opened;
  const { memoryBytes } = await checkServer(valkey);
  if (memoryBytes === null)
    log.warn("Valkey's memory is not bounded: set maxmemory, so that a full queue makes producers wait.");
  const settings = {
    leaseMs: config.queue.leaseSeconds * 1_000,
    beatMs: config.queue.beatSeconds * 1_000,
    highWater: config.queue.resultsHighWater,
  };
  const pools = await servePools(engine, stopping, async (pool) => {
    const raw = atPool({ ...engine, queues: rawQueues }, pool);
    const ensureOpen = async (): Promise<void> => {
      await ensureQueue(raw, settings, () => restoreWorkerUsers(raw));
    };
    await ensureOpen();
    return startQueueLoops(raw, ensureOpen);
  });
  const loops = startRunLoops(engine);

  routeTemporalLogs(log);
  const connection = await NativeConnection.connect({ address: config.temporal.address });
  const workers = await createTemporalWorkers(
    {
      connection,
      namespace: config.temporal.namespace,
      graceMs: config.shutdownGraceSeconds * 1_000,
    },
    createSchedulerActivities(engine),
  );
  await ensureSearchAttributes(
    temporal,
    Object.values(searchAttributes).map(({ name }) => name),
  );
  await ensureTickers(engine);
  const status = await startStatusListener(config, { service, log, opened });

  log.info("Ready.");
  const running = workers.run();
  await Promise.race([stopping, running]);
  log.info("Stopping.");
  workers.shutdown();
  await running;
  await Promise.all([pools.stop(), ...loops.map((loop) => loop.stop())]);
  await status.stop();
  await connection.close();
  await opened.close();
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${service} could not go on: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});
