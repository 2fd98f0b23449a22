import { z } from "zod";
import type { Config } from "./frozen.ts";
import { logPart } from "./parts/log.ts";
import { processPart } from "./parts/process.ts";
import { workerTransports } from "../../model/queue/transport.ts";
import { address, choice, integer, text } from "./values.ts";
import { variable } from "./variable.ts";

/** The configuration of the bundled scan worker. It learns the queue's address from the API. */
export const scanWorkerConfig = z.object({
  ...processPart,
  log: logPart,
  worker: z.object({
    apiUrl: variable(
      "JOBENGINE_API_URL",
      "The scheduler's API.",
      address(["http", "https"], "http://127.0.0.1:8080"),
    ),
    workerKey: variable(
      "JOBENGINE_WORKER_KEY",
      "The worker's key, as it was shown once when it was made.",
      text("`wk_`, 16 hex digits, `_`, 64 hex digits", /^wk_[0-9a-f]{16}_[0-9a-f]{64}$/),
      { isSecret: true },
    ),
    transport: variable(
      "JOBENGINE_TRANSPORT",
      "How the worker reaches the queue: `valkey` by itself, `https` through the API alone.",
      choice(workerTransports).default("valkey"),
    ),
    caFile: variable(
      "JOBENGINE_CA_FILE",
      "A PEM file with the authorities to trust for the API and for Valkey, instead of the system's.",
      text("a path").optional(),
    ),
    concurrency: variable(
      "JOBENGINE_WORKER_CONCURRENCY",
      "How many jobs the worker does at once.",
      integer(1, 1000).default(4),
    ),
  }),
});

export type ScanWorkerConfig = Config<typeof scanWorkerConfig>;
