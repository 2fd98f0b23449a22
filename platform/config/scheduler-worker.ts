import { z } from "zod";
import type { Config } from "./frozen.ts";
import { blobsPart } from "./parts/blobs.ts";
import { databasePart } from "./parts/database.ts";
import { logPart } from "./parts/log.ts";
import { metricsListenerPart } from "./parts/metrics-listener.ts";
import { processPart } from "./parts/process.ts";
import { queuePart } from "./parts/queue.ts";
import { temporalPart } from "./parts/temporal.ts";
import { valkeyPart } from "./parts/valkey.ts";

/** The configuration of `scheduler-worker`. */
export const schedulerWorkerConfig = z.object({
  ...processPart,
  log: logPart,
  metricsListener: metricsListenerPart,
  database: databasePart,
  valkey: valkeyPart,
  queue: queuePart,
  temporal: temporalPart,
  blobs: blobsPart,
});

export type SchedulerWorkerConfig = Config<typeof schedulerWorkerConfig>;
