import { z } from "zod";
import type { Config } from "./frozen.ts";
import { blobsPart } from "./parts/blobs.ts";
import { databasePart } from "./parts/database.ts";
import { httpPart } from "./parts/http.ts";
import { logPart } from "./parts/log.ts";
import { processPart } from "./parts/process.ts";
import { queuePart } from "./parts/queue.ts";
import { temporalPart } from "./parts/temporal.ts";
import { valkeyPart } from "./parts/valkey.ts";
import { workersPart } from "./parts/workers.ts";

/** The configuration of `scheduler-web`. */
export const schedulerWebConfig = z.object({
  ...processPart,
  log: logPart,
  http: httpPart,
  database: databasePart,
  valkey: valkeyPart,
  queue: queuePart,
  workers: workersPart,
  temporal: temporalPart,
  blobs: blobsPart,
});

export type SchedulerWebConfig = Config<typeof schedulerWebConfig>;
