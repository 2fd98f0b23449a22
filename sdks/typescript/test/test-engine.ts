import { createHash } from "node:crypto";
import { type Engine, startEngine } from "../../conformance/engine/start-engine.ts";
import { createWorker, type Handlers, type Worker, type WorkerOptions } from "../src/index.ts";

export { until } from "../../conformance/engine/until.ts";

export interface TestEngine extends Engine {
  /** Starts a worker of the SDK against this engine; it is stopped with the engine at the latest. */
  work(kinds: Handlers, options?: Partial<WorkerOptions>): { worker: Worker; ended: Promise<void> };
}

/** The engine of the conformance suite with workers of this SDK in the same process. */
export async function startTestEngine(
  settings: { leaseMs?: number; beatMs?: number } = {},
): Promise<TestEngine> {
  const valkeyUrl = process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379";
  const engine = await startEngine({ valkeyUrl, ...settings });
  const stopEngine = engine[Symbol.asyncDispose].bind(engine);
  const workers: { worker: Worker; ended: Promise<void> }[] = [];
  return Object.assign(engine, {
    work(kinds: Handlers, options: Partial<WorkerOptions> = {}) {
      const { workerKey, http } = engine;
      const base = { apiUrl: http.apiUrl, workerKey, kinds, handleSignals: false, log: () => {} };
      const worker = createWorker({ ...base, ...options });
      const ended = worker.run();
      ended.catch(() => {});
      workers.push({ worker, ended });
      return { worker, ended };
    },
    async [Symbol.asyncDispose]() {
      for (const { worker } of workers) {
        worker.stop();
        worker.stop();
      }
      await Promise.allSettled(workers.map(async ({ ended }) => await ended));
      await stopEngine();
    },
  });
}

export function sha256Base64(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}
