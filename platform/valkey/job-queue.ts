import type { JobProgress } from "../../model/queue/beat.ts";
import type { JobAttempt, JobClass, JobMessage } from "../../model/queue/job-message.ts";
import type { QueuedSituation } from "../../model/queue/explain-wait.ts";
import type { PauseName } from "../../model/queue/pause-subject.ts";
import type { ResultEntry } from "../../model/queue/result-entry.ts";
import type { QueueSettings } from "../../model/queue/settings.ts";

/**
 * `queued`: it is on the queue now. `known`: this attempt was there already (also when it has settled and
 * its result is not yet acknowledged). `stale`: the queue holds a higher attempt. `cancelled`: its run or
 * the job itself was cancelled. `too_large` and `invalid`: the message is at fault.
 */
export type EnqueueVerdict = "queued" | "known" | "stale" | "cancelled" | "too_large" | "invalid";

/** `same`: it was of that class. `leased`: a worker has it, it keeps its class. `absent`: it does not wait here. */
export type BumpVerdict = "bumped" | "same" | "leased" | "absent";

/** What the queue knows of one attempt: its state, or that it holds an `older` or `newer` one, or none. */
export type KnownState = HeldState | "older" | "newer" | "absent";

/** `settled`: ended, its result waits on the stream. `cancelled`: withdrawn, to be reported by a cancel call. */
export type HeldState = "ready" | "delayed" | "leased" | "settled" | "cancelled";

export interface CancelAnswer {
  /** Were waiting and are gone: no outcome will come for them. */
  readonly removed: readonly JobAttempt[];
  /** Are in a worker's hands: told to stop with the next beat, each still yields one outcome. */
  readonly flagged: readonly JobAttempt[];
}

export interface TickAnswer {
  /** Milliseconds until something is due again, at most 1,000. */
  readonly nextDueMs: number;
  /** Delayed jobs that became ready. */
  readonly promoted: number;
  /** Leases that ended and became `crash` outcomes. */
  readonly expired: number;
  /** Idle workers that were woken for work they had missed. */
  readonly woken: number;
}

export interface LaneStats {
  readonly class: JobClass;
  readonly kind: string;
  readonly depth: number;
  readonly oldestWaitMs: number;
}

export interface Throughput {
  readonly claimedPerSecond: number;
  /** Attempts that ended: results, late ones and crashes too. */
  readonly endedPerSecond: number;
}

export interface QueueStats {
  /** Ready to be claimed, in all lanes. */
  readonly ready: number;
  readonly delayed: number;
  readonly leased: number;
  readonly idleWorkers: number;
  /** Heard of within one lease. */
  readonly workersAlive: number;
  /** Results on the stream that are not acknowledged. */
  readonly resultsPending: number;
  readonly oldestWaitMs: number;
  /** Lanes with work in them, by class and kind. */
  readonly lanes: readonly LaneStats[];
  /** Over about the last minute; null before there is something to compare with. */
  readonly throughput: Throughput | null;
}

/** One job that the queue holds. */
export interface HeldJob extends JobAttempt {
  readonly state: HeldState;
  readonly kind: string;
  readonly class: JobClass;
  readonly tenant: string;
  readonly run: string;
  /** Null unless leased or settled. */
  readonly worker: string | null;
  readonly inStateMs: number;
}

export interface OpenJob extends HeldJob {
  /** The last progress of a leased job, if its worker told any. */
  readonly progress: JobProgress | null;
}

/** A page of something; `cursor` is null on the last one. */
export interface QueuePage<T> {
  readonly items: readonly T[];
  readonly cursor: string | null;
}

/** What operators set for one tenant of a queue. */
export interface TenantLimit {
  readonly tenant: string;
  /** Its share of worker-time is in proportion to this, 1 to 1,000; 1 for a tenant that nobody set. */
  readonly weight: number;
  /** The most of its jobs that workers may hold at once; null: no cap. */
  readonly maxLeased: number | null;
}

/** What operators set for one concurrency key of a queue. */
export interface KeyLimit {
  readonly key: string;
  /** The most of its jobs that workers may hold at once; null: no limit. */
  readonly maxLeased: number | null;
  /** Jobs a second that may be given on average; null: no limit. */
  readonly perSecond: number | null;
  /** Jobs that may be given at once after a pause, at least 1; of no effect without a rate. */
  readonly burst: number;
}

/** What the queue knows of a concurrency key. */
export interface KeyState extends KeyLimit {
  readonly ready: number;
  readonly leased: number;
  /** Jobs that its rate would let go now; null without a rate. */
  readonly tokens: number | null;
  /** How long it stays closed; null when it is open. */
  readonly closedMs: number | null;
  /** The job whose outcome closed it. */
  readonly closedBy: string | null;
}

/** What is paused, or resumed where the reason is null. */
export interface Pause {
  readonly what: PauseName;
  readonly reason: string | null;
}
/** A tenant with ready jobs of one class and kind. */
export interface TenantShare extends TenantLimit {
  readonly ready: number;
  readonly leased: number;
  /** Milliseconds of worker-time, over the weight, by which it is ahead of the tenant that is served now. */
  readonly aheadMs: number;
  /** Paused, or at its cap. */
  readonly isBlocked: boolean;
}

/** All that the queue knows of why a job is where it is. */
export interface JobSituation extends QueuedSituation {
  readonly inStateMs: number;
  readonly class: JobClass;
  /** Ready jobs of its class and kind, all tenants. */
  readonly readyOfKind: number;
}

/** A worker as its queue sees it. */
export interface SeenWorker {
  readonly worker: string;
  /** It said goodbye; otherwise it may still be there, or be lost. */
  readonly hasLeft: boolean;
  /** When it was last heard of, or left, by the server's clock. */
  readonly at: Date;
  /** Since then. */
  readonly silentMs: number;
  /** Since it waits for work; null when it has some, or does not wait. */
  readonly idleMs: number | null;
  /** It was told to finish and leave. */
  readonly isDraining: boolean;
  /** Jobs in its hands. */
  readonly held: number;
}

export interface ReadResults {
  /** Name within the group `scheduler`: one per process, stable over restarts where possible. */
  readonly consumer: string;
  /** Entries at most. */
  readonly count: number;
  /** How long to wait for the first entry; 0 answers at once. */
  readonly blockMs: number;
}

/**
 * The server side of one queue. Batches of any length are cut into calls of 500 items; a method whose calls
 * fail half way may be repeated whole, each is idempotent. Every method but `open`, `close`, `runId` and
 * those that set limits and pauses:
 * @throws WrongEpochError when the queue was lost or replaced (or no epoch is set): rebuild.
 * @throws DomainError `unavailable` while the server is away.
 */
export interface JobQueue {
  readonly queue: string;
  /** `{je:<queue>}:`, the start of every key of this queue. */
  readonly keyPrefix: string;
  /** The epoch that calls carry, or undefined before the first `open` or `setEpoch`. */
  readonly epoch: string | undefined;
  setEpoch(epoch: string): void;
  /** The same queue over the same connection, with an epoch of its own: none yet. */
  another(): JobQueue;

  /** Puts attempts on the queue, idempotent by (job, attempt); a verdict for each, in order. */
  enqueue(messages: readonly JobMessage[]): Promise<EnqueueVerdict[]>;
  /** After this has answered (even in part) no claim of the run succeeds. */
  cancelRun(run: string): Promise<CancelAnswer>;
  /** Cancels single jobs for good: a later enqueue of them is refused too. */
  cancelJobs(jobs: readonly string[]): Promise<CancelAnswer>;
  /** Moves waiting jobs to another class, each to the place that its age gives it there; a verdict for each. */
  bump(class_: JobClass, jobs: readonly string[]): Promise<BumpVerdict[]>;
  /** Promotes, expires, wakes, opens lanes whose key has room again. To be called again after `nextDueMs`; any number of callers may. */
  tick(): Promise<TickAnswer>;
  stats(): Promise<QueueStats>;

  /** New entries of the result stream, at least once each: unacknowledged ones come back by `reclaimResults`. */
  readResults(options: ReadResults): Promise<ResultEntry[]>;
  /** Entries that some consumer read at least `minIdleMs` ago and did not acknowledge (say it died). */
  reclaimResults(options: { consumer: string; count: number; minIdleMs: number }): Promise<ResultEntry[]>;
  /** Ends entries and forgets their jobs, after their transaction has committed. */
  acknowledge(entries: readonly Pick<ResultEntry, "streamId" | "job" | "attempt" | "stale">[]): Promise<void>;

  known(attempts: readonly JobAttempt[]): Promise<KnownState[]>;
  /** Pages through all jobs held, in no order; a job held throughout is seen at least once. */
  list(cursor: string | null, count: number): Promise<QueuePage<HeldJob>>;
  /** The open jobs of a run (waiting or leased) with their progress, by job id. */
  listRun(run: string, cursor: string | null, count: number): Promise<QueuePage<OpenJob>>;
  /** Removes ghosts: attempts that the queue holds and PostgreSQL does not. Answers how many there were. */
  drop(attempts: readonly JobAttempt[]): Promise<number>;
  /** Every worker that was heard of, or said goodbye, within ten leases; each is there once. */
  workers(): Promise<{ readonly leaseMs: number; readonly workers: readonly SeenWorker[] }>;
  /** The jobs in the hands of a worker with their progress, in no order. */
  handsOf(worker: string): Promise<OpenJob[]>;
  /** Tells workers to finish and leave (or, with `isDraining: false`, to go on). */
  setDraining(workers: readonly string[], isDraining: boolean): Promise<void>;

  /** Sets weights and caps. Takes effect at once, needs no epoch, outlives epochs; lost with the server. */
  limitTenants(limits: readonly TenantLimit[]): Promise<void>;
  /** Sets the limits of concurrency keys, as `limitTenants` sets those of tenants. */
  limitKeys(limits: readonly KeyLimit[]): Promise<void>;
  /** Ends the closures of keys at once; needs no epoch. */
  reopenKeys(keys: readonly string[]): Promise<void>;
  /** The keys with jobs, limits or a closure, in the order of their names. */
  keys(cursor: string | null, count: number): Promise<QueuePage<KeyState>>;
  /** Pauses and resumes, as `limitTenants` sets. What workers hold goes on. */
  setPauses(pauses: readonly Pause[]): Promise<void>;
  /** The tenants with ready jobs of a class and kind, the longest waiting first; at most 1,000. */
  tenants(class_: JobClass, kind: string, count: number): Promise<TenantShare[]>;
  /** Why a job is where it is; undefined when the queue does not hold it. */
  why(job: string): Promise<JobSituation | undefined>;

  /** Installs the functions, writes all settings (defaults where not given), opens a closed queue empty in a new epoch and makes that the current one. */
  open(epoch: string, settings?: Partial<QueueSettings>): Promise<{ wasClosed: boolean }>;
  /**
   * Stops claims, beats and settles. Results may still be read and acknowledged under `epoch`, which becomes
   * the current one. With `force` a queue of another epoch is closed too. Answers the epoch that was open.
   */
  close(epoch: string, options?: { force?: boolean }): Promise<string | null>;
  /** Changes with each start of the server. */
  runId(): Promise<string>;
  /** Closes the connection for blocking reads; the one given to `createQueue` is its owner's. */
  end(): Promise<void>;
}
