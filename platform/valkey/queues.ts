import type { JobQueue } from "./job-queue.ts";

/** The queues of all pools, each opened when it is first asked for. */
export interface Queues {
  /** The queue of a pool. Whether there is such a pool is not checked. */
  of(pool: string): JobQueue;
  /** Closes their blocking connections. */
  end(): Promise<void>;
}

/** Keeps one queue for each pool; `create` makes it and opens nothing. */
export function createQueues(create: (pool: string) => JobQueue): Queues {
  const queues = new Map<string, JobQueue>();
  return {
    of(pool) {
      const known = queues.get(pool);
      if (known !== undefined) return known;
      const queue = create(pool);
      queues.set(pool, queue);
      return queue;
    },
    async end() {
      await Promise.all([...queues.values()].map((queue) => queue.end()));
    },
  };
}
