import { DomainError } from "../../model/errors.ts";
import { workerUserName, type WorkerIdentity } from "../../model/identity/worker-key.ts";
import { queueProtocolVersion } from "../../model/queue/limits.ts";
import { getQueue } from "../../store/queues.ts";
import { withEngine } from "../../store/tenant.ts";
import { insertWorker } from "../../store/work/workers.ts";
import type { Engine } from "../context.ts";

/** What a worker says of itself. */
export interface WorkerIntroduction {
  readonly protocolVersions: readonly number[];
  readonly kinds: readonly string[];
  readonly sdk: { readonly language: string; readonly version: string };
  readonly build?: string | undefined;
  readonly host?: string | undefined;
  readonly concurrency: number;
}

/** How a worker reaches its queue: the address as workers see it, and the times of the queue. */
export interface QueueDirections {
  readonly workerUrl: string;
  readonly leaseSeconds: number;
  readonly beatSeconds: number;
}

/** What a registered worker needs. Its Valkey password is the secret of its key. */
export interface Registration {
  readonly workerId: string;
  readonly queue: string;
  readonly keyPrefix: string;
  readonly epoch: string;
  readonly valkey: { readonly url: string; readonly username: string };
  readonly leaseSeconds: number;
  readonly beatSeconds: number;
  readonly protocolVersion: number;
}

/** Registers a worker under a new id; it does so again whenever the epoch has changed. */
export async function registerWorker(
  engine: Engine,
  directions: QueueDirections,
  worker: WorkerIdentity,
  introduction: WorkerIntroduction,
): Promise<Registration> {
  if (!introduction.protocolVersions.includes(queueProtocolVersion)) {
    throw new DomainError(
      "conflict",
      `This server speaks version ${queueProtocolVersion} of the queue protocol.`,
    );
  }
  const workerId = engine.newId("wrk");
  const epoch = await withEngine(engine.engine, async (tx, now) => {
    const queue = await getQueue(tx, worker.queue);
    if (queue !== undefined) {
      const { kinds, sdk, build = "", host = "", concurrency } = introduction;
      await insertWorker(tx, {
        worker_id: workerId,
        key_id: worker.keyId,
        host,
        sdk: `${sdk.language}/${sdk.version}`,
        build,
        kinds: [...kinds],
        concurrency,
        registered_at: now,
      });
    }
    return queue?.epoch;
  });
  if (epoch === undefined) {
    throw new DomainError("unavailable", "The queue is not open yet. Try again.", { retryAfterSeconds: 1 });
  }
  return {
    workerId,
    queue: worker.queue,
    keyPrefix: engine.queue.keyPrefix,
    epoch,
    valkey: { url: directions.workerUrl, username: workerUserName(worker.keyId) },
    leaseSeconds: directions.leaseSeconds,
    beatSeconds: directions.beatSeconds,
    protocolVersion: queueProtocolVersion,
  };
}
