/** The bundled scan worker: matches stored SBOMs against advisories. Any worker of the SDKs could stand in its place. */
import { z } from "zod";
import { createWorker, incomplete, InvalidInput, WorkerRefused } from "../sdks/typescript/src/index.ts";
import { createInputSource } from "./inputs.ts";
import { readSettings } from "./settings.ts";
import { createScanCaches, scanSegment } from "./scan-segment.ts";

const payloadSchema = z.object({ mode: z.enum(["analysis-only", "content-refresh"]) });

const settings = readSettings(process.env);
const caches = createScanCaches();

const worker = createWorker({
  ...settings,
  kinds: {
    scan: async (job, context) => {
      const payload = payloadSchema.safeParse(job.payload);
      if (!payload.success) throw new InvalidInput("payload.mode: must be analysis-only or content-refresh");
      // To pull an image again needs a registry client, which this worker does not have: it says so.
      if (payload.data.mode === "content-refresh") return incomplete("not_available");
      return scanSegment(createInputSource(context.api, job.id, job.attempt), caches, {
        tenant: job.tenant,
        signal: context.signal,
        onProgress: (done, total, phase) => context.progress({ done, total, phase }),
      });
    },
  },
});

try {
  await worker.run();
} catch (error) {
  if (!(error instanceof WorkerRefused)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
