import { DomainError } from "../../model/errors.ts";
import { workerUserName, type WorkerIdentity } from "../../model/identity/worker-key.ts";
import { queueProtocolVersion } from "../../model/queue/limits.ts";
import type { WorkerTransport } from "../../model/queue/transport.ts";
import { claimWaitSeconds } from "../../model/queue/worker-calls.ts";
import { getQueue } from "../../store/queues.ts";
import { type EngineTx, withEngine } from "../../store/tenant.ts";
import { findDrainOfKey } from "../../store/workers/drains.ts";
import { insertWorker, replaceWorker } from "../../store/workers/registration.ts";
import { afterCommit } from "../after-commit.ts";
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
  /** The id that it had before, when it registers again. */
  readonly replaces?: string | undefined;
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

/** Asked of a worker whose pool is drained: it comes back by itself when the drain is lifted. */
const drainedRetrySeconds = 30;

/**
 * Registers a worker under a new id; it does so again whenever the epoch has changed.
 * @throws DomainError `conflict` without a common protocol, `unavailable` while the queue is closed or the pool
 * is drained.
 */
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
  const entered = await withEngine(engine.engine, (tx, now) =>
    enterWorker(tx, now, { workerId, ...worker, introduction }),
  );
  if (entered === undefined) {
    throw new DomainError("unavailable", "The queue is not open yet. Try again.", { retryAfterSeconds: 1 });
  }
  const { epoch, isDrained } = entered;
  if (isDrained) {
    const tell = () => engine.queues.of(worker.pool).setDraining([workerId], true);
    await afterCommit(engine, "telling a worker that registered again to drain", tell, { worker: workerId });
  }
  const shared = {
    workerId,
    queue: worker.pool,
    epoch,
    leaseSeconds: directions.leaseSeconds,
    beatSeconds: directions.beatSeconds,
    protocolVersion: queueProtocolVersion,
    transports: [...directions.transports],
  };
  if (transport === "https") {
    return { ...shared, transport, https: { path: workerCallsPath, waitSeconds: claimWaitSeconds } };
  }
  const { keyPrefix } = engine.queues.of(worker.pool);
  const valkey = { url: directions.workerUrl, username: workerUserName(worker.keyId) };
  return { ...shared, transport, keyPrefix, valkey };
}

/**
 * Writes a worker down; a drain that it had under an id before goes with it. Undefined while the queue was never
 * opened.
 */
async function enterWorker(
  tx: EngineTx,
  now: Date,
  entry: WorkerIdentity & { readonly workerId: string; readonly introduction: WorkerIntroduction },
): Promise<{ readonly epoch: string; readonly isDrained: boolean } | undefined> {
  const { workerId, keyId, introduction } = entry;
  const drain = await findDrainOfKey(tx, keyId);
  if (drain !== undefined) {
    const message = `The pool ${drain.pool} is drained: no worker of it may start now.`;
    throw new DomainError("unavailable", message, { retryAfterSeconds: drainedRetrySeconds });
  }
  const queue = await getQueue(tx, entry.pool);
  if (queue === undefined) return undefined;
  const { kinds, sdk, build = "", host = "", concurrency, replaces } = introduction;
  await insertWorker(tx, {
    worker_id: workerId,
    key_id: keyId,
    host,
    sdk: `${sdk.language}/${sdk.version}`,
    build,
    kinds: [...kinds],
    concurrency,
    registered_at: now,
    epoch: queue.epoch,
  });
  const isDrained = replaces !== undefined && (await replaceWorker(tx, now, { workerId, keyId, replaces }));
  return { epoch: queue.epoch, isDrained };
}
