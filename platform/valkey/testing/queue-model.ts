import type { EnqueueVerdict, HeldState } from "../job-queue.ts";

/** What the model knows of a job that the queue should hold. */
export interface ModelJob {
  attempt: number;
  state: HeldState;
  readonly run: string;
  /** Order of becoming ready. */
  order: number;
  lease: number;
  isFlagged: boolean;
}

/** A lease that was handed out once; most of them are stale sooner or later. */
export interface ModelLease {
  readonly job: string;
  readonly attempt: number;
  readonly lease: number;
}

/** The queue's promises in a few lines of memory: what the real one is compared with after every step. */
export function createQueueModel() {
  const jobs = new Map<string, ModelJob>();
  const cancelled = new Set<string>();
  /** (job, attempt) → outcomes that count; must never exceed 1. */
  const outcomes = new Map<string, number>();
  let order = 0;

  const holder = ({ job, attempt, lease }: ModelLease): ModelJob | undefined => {
    const held = jobs.get(job);
    return held?.state === "leased" && held.attempt === attempt && held.lease === lease ? held : undefined;
  };
  const end = (job: string, held: ModelJob) => {
    const key = `${job}/${held.attempt}`;
    outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
    held.state = "settled";
  };

  return {
    jobs,
    outcomes,
    holder,
    enqueue(job: string, attempt: number, run: string, isDelayed: boolean): EnqueueVerdict {
      if (cancelled.has(run) || cancelled.has(job)) return "cancelled";
      const old = jobs.get(job);
      if (old?.attempt === attempt) return "known";
      if (old !== undefined && old.attempt > attempt) return "stale";
      const state = isDelayed ? "delayed" : "ready";
      jobs.set(job, { attempt, state, run, order: order++, lease: 0, isFlagged: false });
      return "queued";
    },
    /** The jobs that a claim of `free` slots must get, in order. */
    claimable(free: number): string[] {
      const ready = [...jobs].filter(([, held]) => held.state === "ready");
      return ready
        .sort(([, a], [, b]) => a.order - b.order)
        .slice(0, free)
        .map(([job]) => job);
    },
    leased(lease: ModelLease): void {
      const held = jobs.get(lease.job);
      if (held !== undefined) Object.assign(held, { state: "leased", lease: lease.lease });
    },
    beat(lease: ModelLease): "continue" | "cancel" | "lost" {
      const held = holder(lease);
      if (held === undefined) return "lost";
      return held.isFlagged ? "cancel" : "continue";
    },
    settle(lease: ModelLease): "accepted" | "known" | "stale" {
      const held = holder(lease);
      if (held !== undefined) {
        end(lease.job, held);
        return "accepted";
      }
      const old = jobs.get(lease.job);
      const isRepeated =
        old?.state === "settled" && old.attempt === lease.attempt && old.lease === lease.lease;
      return isRepeated ? "known" : "stale";
    },
    release(lease: ModelLease): "released" | "lost" {
      const held = holder(lease);
      if (held === undefined) return "lost";
      if (held.isFlagged) end(lease.job, held);
      else Object.assign(held, { state: "ready", lease: 0 });
      return "released";
    },
    expire(job: string): void {
      const held = jobs.get(job);
      if (held?.state !== "leased") return;
      end(job, held);
      held.lease = 0;
    },
    promote(job: string): void {
      const held = jobs.get(job);
      if (held?.state === "delayed") Object.assign(held, { state: "ready", order: order++ });
    },
    /** Cancels a run or one job; answers what must be reported. */
    cancel(id: string): { removed: string[]; flagged: string[] } {
      cancelled.add(id);
      const answer = { removed: [] as string[], flagged: [] as string[] };
      for (const [job, held] of jobs) {
        if ((held.run !== id && job !== id) || held.state === "settled") continue;
        if (held.state === "leased") {
          held.isFlagged = true;
          answer.flagged.push(job);
        } else {
          jobs.delete(job);
          answer.removed.push(job);
        }
      }
      return answer;
    },
    isCancelled: (id: string) => cancelled.has(id),
    acknowledge(job: string, attempt: number): void {
      const held = jobs.get(job);
      if (held?.state === "settled" && held.attempt === attempt) jobs.delete(job);
    },
  };
}

export type QueueModel = ReturnType<typeof createQueueModel>;
