import path from "node:path";
import { type NativeConnection, Worker, type WorkerOptions } from "@temporalio/worker";
import { dispatchTaskQueueOf, type SchedulerActivities, taskQueue } from "../workflows/contract.ts";

export interface TemporalWorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** How long work in hand may go on after `shutdown`. */
  readonly graceMs: number;
}

/** The workers of one process, as one. */
export interface TemporalWorkers {
  /** Works until `shutdown`; rejects when one of them fails, after the others have ended. */
  run(): Promise<void>;
  shutdown(): void;
}

/** The worker that runs workflows and their short activities, and the one for what may wait. */
export async function createTemporalWorkers(
  { connection, namespace, graceMs }: TemporalWorkersOptions,
  activities: SchedulerActivities,
): Promise<TemporalWorkers> {
  const shared = {
    connection,
    namespace,
    shutdownGraceTime: graceMs,
    shutdownForceTime: graceMs + 5_000,
  } satisfies Partial<WorkerOptions>;
  const dispatching = { planAndDispatch: activities.planAndDispatch.bind(activities) };
  const workers = [
    await Worker.create({
      ...shared,
      taskQueue,
      workflowsPath: path.join(import.meta.dirname, "../workflows/bundle.ts"),
      // All of them: runs that were begun by an older release ask for every step here.
      activities,
      // How long a workflow waits for the process that has it in its cache. Once that is dead another one replays
      // the history, which is short; ten seconds are the default.
      stickyQueueScheduleToStartTimeout: "5s",
    }),
    await Worker.create({
      ...shared,
      taskQueue: dispatchTaskQueueOf(taskQueue),
      activities: dispatching,
    }),
  ];
  const shutdown = () => {
    for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  };
  return {
    shutdown,
    async run() {
      const ends = await Promise.allSettled(workers.map((worker) => worker.run().finally(shutdown)));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
  };
}
