import { DomainError } from "../../model/errors.ts";
import { WrongEpochError } from "../../platform/valkey/errors.ts";
import type { JobQueue } from "../../platform/valkey/job-queue.ts";

/** What takes any epoch, or is the business of whoever rebuilds. A new call of a queue is followed unless it is named here. */
type NotFollowed =
  | "queue"
  | "keyPrefix"
  | "epoch"
  | "setEpoch"
  | "another"
  | "tick"
  | "readResults"
  | "reclaimResults"
  | "limitTenants"
  | "limitKeys"
  | "reopenKeys"
  | "setPauses"
  | "open"
  | "close"
  | "runId"
  | "end";

/**
 * The same queue for callers that do not rebuild it: a call that meets another epoch reads the current one
 * from PostgreSQL and is made once more; is the queue being rebuilt, the caller hears `unavailable`. Every
 * method is idempotent, so the second call is safe.
 */
export function followEpoch(followed: JobQueue, readEpoch: () => Promise<string | undefined>): JobQueue {
  // Its epoch is its own: what PostgreSQL still says must not get between the calls of whoever rebuilds.
  const queue = followed.another();
  const again = async <T>(call: () => Promise<T>): Promise<T> => {
    const before = queue.epoch;
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof WrongEpochError)) throw error;
      const epoch = await readEpoch();
      if (epoch === undefined || epoch === before) throw rebuilding(error);
      queue.setEpoch(epoch);
      return await call().catch((second: unknown) => {
        throw second instanceof WrongEpochError ? rebuilding(second) : second;
      });
    }
  };
  const calls: Omit<JobQueue, NotFollowed> = {
    enqueue: (messages) => again(() => queue.enqueue(messages)),
    cancelRun: (run) => again(() => queue.cancelRun(run)),
    cancelJobs: (jobs) => again(() => queue.cancelJobs(jobs)),
    stats: () => again(() => queue.stats()),
    bump: (class_, jobs) => again(() => queue.bump(class_, jobs)),
    acknowledge: (entries) => again(() => queue.acknowledge(entries)),
    known: (attempts) => again(() => queue.known(attempts)),
    list: (cursor, count) => again(() => queue.list(cursor, count)),
    listRun: (run, cursor, count) => again(() => queue.listRun(run, cursor, count)),
    drop: (attempts) => again(() => queue.drop(attempts)),
    keys: (cursor, count) => again(() => queue.keys(cursor, count)),
    tenants: (class_, kind, count) => again(() => queue.tenants(class_, kind, count)),
    why: (job) => again(() => queue.why(job)),
    workers: () => again(() => queue.workers()),
    handsOf: (worker) => again(() => queue.handsOf(worker)),
    setDraining: (workers, isDraining) => again(() => queue.setDraining(workers, isDraining)),
  };
  return {
    ...queue,
    ...calls,
    get epoch() {
      return queue.epoch;
    },
  };
}

function rebuilding(cause: unknown): DomainError {
  return new DomainError("unavailable", "The job queue is being rebuilt. Try again in a moment.", {
    retryAfterSeconds: 1,
    cause,
  });
}
