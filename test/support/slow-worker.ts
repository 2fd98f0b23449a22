/**
 * The bundled scanner with a pause in each job, so that a test can meet a job in a worker's hands:
 * `node test/support/slow-worker.ts`, with PAUSE_MS beside the variables of a scan worker. With FAIL it does
 * no job at all and says so.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createInputSource } from "../../scanner/inputs.ts";
import { createScanCaches, scanSegment } from "../../scanner/scan-segment.ts";
import { readSettings } from "../../scanner/settings.ts";
import { createWorker } from "../../sdks/typescript/src/index.ts";

const caches = createScanCaches();

await createWorker({
  ...readSettings(process.env),
  kinds: {
    scan: async (job, context) => {
      await sleep(Number(process.env["PAUSE_MS"] ?? 500), undefined, { signal: context.signal });
      if (process.env["FAIL"] !== undefined) throw new Error(process.env["FAIL"]);
      return scanSegment(createInputSource(context.api, job.id, job.attempt), caches, {
        tenant: job.tenant,
        signal: context.signal,
        onProgress: () => undefined,
      });
    },
  },
}).run();
