/**
 * A longer job: it shows its progress, stops when it is told to, asks the engine for its inputs and stores
 * what it made as an artifact.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createWorker, DependencyDown, InvalidInput, RetryAfter } from "@jobengine/worker";

const worker = createWorker({
  apiUrl: process.env["JOBENGINE_API_URL"] ?? "http://127.0.0.1:8080",
  workerKey: process.env["JOBENGINE_WORKER_KEY"] ?? "",
  concurrency: 8,
  build: "slow-count 1.0",
  kinds: {
    count: async (job, { signal, progress, publishArtifact }) => {
      const { upTo } = job.payload as { upTo?: unknown };
      if (typeof upTo !== "number") throw new InvalidInput("upTo must be a number.");
      if (upTo === 429) throw new RetryAfter(30, "Counting to 429 is limited.");
      if (upTo === 503) throw new DependencyDown("The counter is away.");
      const lines: string[] = [];
      for (let n = 1; n <= upTo; n++) {
        await sleep(10, undefined, { signal });
        lines.push(String(n));
        progress({ done: n, total: upTo, phase: "counting" });
      }
      const text = new TextEncoder().encode(lines.join("\n"));
      const artifact = await publishArtifact("numbers.txt", text, "text/plain");
      return { counted: upTo, digest: artifact.digest };
    },
  },
});

await worker.run();
