import { createRequire } from "node:module";
import path from "node:path";

/** What the bench uses of BullMQ. Its own types are not there: it is installed into the cache, not here. */
export interface BullMq {
  readonly Queue: new (name: string, options: { connection: BullMqConnection }) => BullMqQueue;
  readonly Worker: new (
    name: string,
    handle: (job: { readonly data: unknown }) => Promise<unknown>,
    options: { connection: BullMqConnection; concurrency: number },
  ) => BullMqWorker;
}

export interface BullMqConnection {
  readonly host: string;
  readonly port: number;
  readonly maxRetriesPerRequest?: null;
}

export interface BullMqQueue {
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: unknown, options: object): Promise<unknown>;
  addBulk(jobs: readonly { name: string; data: unknown; opts: object }[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface BullMqWorker {
  on(event: "error", listener: (error: Error) => void): void;
  close(): Promise<void>;
}

export const queueName = "bench";

/** Loads it from the folder that `installNodePeers` answered. */
export function loadBullMq(modulesDir: string): BullMq {
  return createRequire(path.join(modulesDir, "package.json"))("bullmq") as BullMq;
}
