import { createBoundedMap } from "../../model/bounded-map.ts";
import { DomainError, notFound } from "../../model/errors.ts";
import type { WorkerIdentity } from "../../model/identity/worker-key.ts";
import { WrongEpochError } from "../../platform/valkey/errors.ts";
import type { QueueCaller, WorkerCalls } from "../../platform/valkey/worker-calls.ts";
import { withEngine } from "../../store/tenant.ts";
import { findWorker } from "../../store/workers/registration.ts";
import type { Engine } from "../context.ts";

/** What a worker said of itself when it registered: it does not change under one id. */
export interface RegisteredWorker {
  readonly keyId: string;
  readonly kinds: readonly string[];
  readonly concurrency: number;
}

/** Where workers call that come over HTTPS instead of to Valkey. */
export interface WorkerDesk {
  readonly calls: WorkerCalls;
  /** The start of every key of a pool's queue. */
  keyPrefixOf(pool: string): string;
  findWorker(workerId: string): Promise<RegisteredWorker | undefined>;
}

/** Workers that a process remembers: a look at the database for each call would cost more than the call. */
const workersKept = 10_000;

export function createWorkerDesk(engine: Pick<Engine, "engine" | "queues">, calls: WorkerCalls): WorkerDesk {
  const known = createBoundedMap<string, RegisteredWorker>(workersKept);
  return {
    calls,
    keyPrefixOf: (pool) => engine.queues.of(pool).keyPrefix,
    async findWorker(workerId) {
      const found = known.get(workerId);
      if (found !== undefined) return found;
      const row = await withEngine(engine.engine, (tx) => findWorker(tx, workerId));
      if (row === undefined) return undefined;
      const worker = { keyId: row.key_id, kinds: row.kinds, concurrency: row.concurrency };
      known.set(workerId, worker);
      return worker;
    },
  };
}

/**
 * Does one call of a worker that registered with this key.
 * @throws DomainError `not_found` when it did not, `wrong_epoch` when it must register again.
 */
export async function atDesk<T>(
  desk: WorkerDesk,
  { keyId, pool }: WorkerIdentity,
  { workerId, epoch }: { readonly workerId: string; readonly epoch: string },
  call: (caller: QueueCaller, worker: RegisteredWorker) => Promise<T>,
): Promise<T> {
  const worker = await desk.findWorker(workerId);
  if (worker?.keyId !== keyId) throw notFound("worker", workerId);
  try {
    return await call({ keyPrefix: desk.keyPrefixOf(pool), epoch, workerId }, worker);
  } catch (error) {
    if (!(error instanceof WrongEpochError)) throw error;
    throw new DomainError("wrong_epoch", "The queue has begun anew. Register again.", { cause: error });
  }
}
