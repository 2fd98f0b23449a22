/**
 * What others need to start, signal and ask workflows: queues, ids, message names, shapes. Nobody writes
 * such a name anywhere else. Payloads are ids and counts, below 2 kB.
 */
import { defineSearchAttributeKey } from "@temporalio/common";

export const taskQueue = "scheduler";

/**
 * The task queue for planning and dispatch alone, beside that of the workflow. They wait while the queue is full, and
 * would take the places of all other activities: of those that fire schedules, and of those that close runs and so
 * make room.
 */
export const dispatchTaskQueueOf = (queue: string): string => `${queue}-dispatch`;

/** How long an activity may be silent before its worker counts as dead; activities beat four times as often. */
export const heartbeatTimeout = "8s";

/** How many workflows share the schedules; a schedule's shard is fixed when it is created. */
export const tickerShards = 4;

export const workflowTypes = { run: "run", scheduleTicker: "scheduleTicker" } as const;

export const workflowIds = {
  run: (tenant: string, runId: string): string => `run/${tenant}/${runId}`,
  scheduleTicker: (shard: number): string => `schedule-ticker/${shard}`,
};

/** Shared by all workflows: SQL visibility has few slots for custom attributes. */
export const searchAttributes = {
  tenant: defineSearchAttributeKey("JeTenant", "KEYWORD"),
  schedule: defineSearchAttributeKey("JeSchedule", "KEYWORD"),
  runState: defineSearchAttributeKey("JeRunState", "KEYWORD"),
  trigger: defineSearchAttributeKey("JeTrigger", "KEYWORD"),
  mode: defineSearchAttributeKey("JeMode", "KEYWORD"),
};

/** Input of `run`. The row in PostgreSQL has the rest. */
export interface RunInput {
  readonly tenant: string;
  readonly runId: string;
  readonly scheduleId: string | null;
  readonly trigger: string;
  readonly mode: string;
}

/** Counts of images, as the workflow shows them. */
export interface RunProgress {
  readonly state: string;
  readonly planned: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly incomplete: number;
  readonly cancelled: number;
  readonly jobsOpen: number;
}

export const runSignals = {
  /** Nothing is open any more. Idempotent; a lost one only delays. */
  drained: "drained",
  /** The run was cancelled through the API: close as soon as nothing is open. */
  cancelRequested: "cancelRequested",
} as const;

export const runQueries = { progress: "progress" } as const;

export interface TickerInput {
  readonly shard: number;
}

export const tickerSignals = {
  /** An edit moved the earliest due instant, or a run waits for its workflow: look now. */
  nudge: "nudge",
} as const;

/** What `drainDue` found: how long until something is due, 10 seconds at most. */
export interface DrainedDue {
  readonly fires: number;
  /** Runs of the shard that have no workflow yet. */
  readonly unstarted: number;
  readonly nextDueInMs: number;
}

/** The activities of the scheduler-worker, as workflows know them. */
export interface SchedulerActivities {
  /** Decides every due instant of the shard and writes ledger, runs and next due instants. */
  drainDue(input: TickerInput): Promise<DrainedDue>;
  /** Starts the workflows of runs of the shard that have none; returns how many. */
  startRuns(input: TickerInput): Promise<number>;
  /** Plans the run (once) and puts its jobs on the queue, heartbeating. */
  planAndDispatch(input: RunInput): Promise<RunProgress>;
  /** Sends what is planned and due, and tells how the run stands. */
  checkRun(input: RunInput): Promise<RunProgress>;
  /** Cancels: nothing of the run is claimed any more. */
  cancelRun(input: RunInput): Promise<RunProgress>;
  /** Checks the books and closes the record; the second call answers the same. */
  closeRun(input: RunInput): Promise<RunProgress>;
  /** Closes the record as an error of the engine. */
  failRun(input: RunInput, error: { readonly code: string; readonly message: string }): Promise<RunProgress>;
}
