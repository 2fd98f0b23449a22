import { DomainError } from "../../model/errors.ts";
import { workerUserName, type WorkerIdentity } from "../../model/identity/worker-key.ts";
import { queueProtocolVersion } from "../../model/queue/limits.ts";
import type { WorkerTransport } from "../../model/queue/transport.ts";
import { claimWaitSeconds } from "../../model/queue/worker-calls.ts";
import { getQueue } from "../../store/queues.ts";
import { withEngine } from "../../store/tenant.ts";
import { insertWorker } from "../../store/work/workers.ts";
import type { Engine } from "../context.ts";

/** Where the calls of the HTTPS transport lie, below the address of the API. */
const workerCallsPath = "/api/v1/worker";

/** What a worker says of itself. */
export interface WorkerIntroduction {
  readonly protocolVersions: readonly number[];
  readonly kinds: readonly string[];
  readonly sdk: { readonly language: string; readonly version: string };
  readonly build?: string | undefined;
  readonly host?: string | undefined;
  readonly concurrency: number;
  /** How it wants to reach the queue; `valkey` where it does not say. */
  readonly transport?: WorkerTransport | undefined;
}

/** How workers reach their queues: the ways offered, the address as workers see it, and the times of the queue. */
export interface QueueDirections {
  readonly transports: readonly WorkerTransport[];
  readonly workerUrl: string;
  readonly leaseSeconds: number;
  readonly beatSeconds: number;
}

interface SharedRegistration {
  readonly workerId: string;
  readonly queue: string;
  readonly epoch: string;
  readonly leaseSeconds: number;
  readonly beatSeconds: number;
  readonly protocolVersion: number;
  /** What this server offers. */
  readonly transports: WorkerTransport[];
}

/** What a worker needs that goes to Valkey itself. Its password there is the secret of its key. */
export interface ValkeyRegistration extends SharedRegistration {
  readonly transport: "valkey";
  readonly keyPrefix: string;
  readonly valkey: { readonly url: string; readonly username: string };
}

/** What a worker needs that calls `/api/v1/worker/…`: of Valkey it learns nothing. */
export interface HttpsRegistration extends SharedRegistration {
  readonly transport: "https";
  readonly https: { readonly path: string; readonly waitSeconds: number };
}

export type Registration = ValkeyRegistration | HttpsRegistration;

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
  const { transport = "valkey" } = introduction;
  if (!directions.transports.includes(transport)) {
    const offered = directions.transports.join(", ");
    throw new DomainError(
      "forbidden",
      `This server offers workers the transport ${offered}, not ${transport}.`,
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
  const shared = {
    workerId,
    queue: worker.queue,
    epoch,
    leaseSeconds: directions.leaseSeconds,
    beatSeconds: directions.beatSeconds,
    protocolVersion: queueProtocolVersion,
    transports: [...directions.transports],
  };
  if (transport === "https") {
    return { ...shared, transport, https: { path: workerCallsPath, waitSeconds: claimWaitSeconds } };
  }
  const { keyPrefix } = engine.queue;
  const valkey = { url: directions.workerUrl, username: workerUserName(worker.keyId) };
  return { ...shared, transport, keyPrefix, valkey };
}
