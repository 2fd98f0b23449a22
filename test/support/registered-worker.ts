import { registerWorker, type WorkerIntroduction } from "../../engine/work/register.ts";
import { mintWorkerKey } from "../../engine/worker-keys/mint.ts";
import { parseWorkerKey } from "../../model/identity/worker-key.ts";
import { createRawWorker, type RawWorker } from "../../platform/valkey/testing/raw-worker.ts";
import { putQueue } from "../../store/queues.ts";
import { withEngine } from "../../store/tenant.ts";
import type { RunLab } from "./run-lab.ts";

/** A key for a pool over the lab's queue, as text and as the identity that it proves; workers can register with it. */
export async function mintKey(lab: RunLab, pool: string) {
  const { engine } = lab;
  const key = await mintWorkerKey({ database: engine.engine, workerUsers: engine.workerUsers }, pool);
  const { epoch = "" } = engine.queue;
  await withEngine(engine.engine, (tx, now) =>
    putQueue(tx, { queue: pool, epoch, valkey_run_id: null, opened_at: now }),
  );
  return { key, identity: { keyId: parseWorkerKey(key)!.keyId, pool } };
}

/** Registers a worker of a pool and answers it without an SDK. */
export async function registerRaw(
  lab: RunLab,
  identity: { readonly keyId: string; readonly pool: string },
  introduction: Partial<WorkerIntroduction> = {},
): Promise<RawWorker> {
  const { workerId } = await registerWorker(
    lab.engine,
    { transports: ["valkey"], workerUrl: "redis://127.0.0.1:6379", leaseSeconds: 60, beatSeconds: 15 },
    identity,
    {
      protocolVersions: [1],
      kinds: ["scan"],
      sdk: { language: "go", version: "0.1.0" },
      build: "b1",
      host: "node-1",
      concurrency: 4,
      ...introduction,
    },
  );
  return createRawWorker(
    lab.queue.valkey,
    lab.engine.queue.keyPrefix,
    () => lab.engine.queue.epoch ?? "",
    workerId,
  );
}
