import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import type { JobMessage } from "../../../model/queue/job-message.ts";
import type { QueueSettings } from "../../../model/queue/settings.ts";
import { connectValkey } from "../connect.ts";
import type { JobQueue } from "../job-queue.ts";
import { createQueue } from "../queue.ts";
import { createRawWorker, type RawWorker } from "./raw-worker.ts";

export interface TestQueue extends AsyncDisposable {
  readonly valkey: Redis;
  readonly queue: JobQueue;
  worker(name: string): RawWorker;
  /** Ends a lease now, as if its worker had been silent for all its time. */
  endLease(job: string): Promise<void>;
  /** Makes a delayed job due now. */
  endDelay(job: string): Promise<void>;
}

/** Opens a queue of its own on the test server; disposal removes its keys. */
export async function openTestQueue(
  settings: Partial<QueueSettings> = {},
  url = process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379",
): Promise<TestQueue> {
  const valkey = await connectValkey({ url, name: "queue-test" });
  const queue = createQueue({ valkey, queue: `test-${randomBytes(6).toString("hex")}` });
  await queue.open(`ep_${randomBytes(6).toString("hex")}`, settings).catch((error: unknown) => {
    valkey.disconnect();
    throw error;
  });
  return {
    valkey,
    queue,
    worker: (name) => createRawWorker(valkey, queue.keyPrefix, () => queue.epoch ?? "", name),
    async endLease(job) {
      await valkey.zadd(`${queue.keyPrefix}leases`, "XX", 1, job);
    },
    async endDelay(job) {
      await valkey.zadd(`${queue.keyPrefix}delayed`, "XX", 1, job);
    },
    async [Symbol.asyncDispose]() {
      await queue.end();
      // A test that stopped its server leaves nothing to remove, and nobody to ask.
      await removeKeys(valkey, `${queue.keyPrefix}*`).catch(() => undefined);
      valkey.disconnect();
    },
  };
}

async function removeKeys(valkey: Redis, pattern: string): Promise<void> {
  let cursor = "0";
  do {
    const [next, keys] = await valkey.scan(cursor, "MATCH", pattern, "COUNT", 1000);
    if (keys.length > 0) await valkey.unlink(...keys);
    cursor = next;
  } while (cursor !== "0");
}

/** A message with the fields that a test does not care about filled in. */
export function aJob(job: string, more: Partial<JobMessage> = {}): JobMessage {
  return {
    job,
    attempt: 1,
    kind: "scan",
    class: "scheduled",
    tenant: "acme",
    run: "run_1",
    wallClockMs: 60_000,
    payload: "{}",
    ...more,
  };
}
