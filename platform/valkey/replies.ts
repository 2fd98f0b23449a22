import { parseProgress } from "../../model/queue/beat.ts";
import type { JobAttempt, JobClass } from "../../model/queue/job-message.ts";
import type {
  HeldJob,
  HeldState,
  JobSituation,
  KeyState,
  OpenJob,
  QueueStats,
  SeenWorker,
  TenantShare,
  Throughput,
} from "./job-queue.ts";

/** A value inside a function's reply: Lua numbers arrive as numbers, everything else as text. */
type Value = string | number;

export type AttemptReply = [job: string, attempt: number];
export type HeldReply = [
  job: string,
  attempt: number,
  state: HeldState,
  kind: string,
  class_: JobClass,
  tenant: string,
  run: string,
  worker: string,
  inStateMs: number,
  progress?: string,
];
export type StatsReply = [
  delayed: number,
  leased: number,
  idle: number,
  alive: number,
  results: number,
  oldestWaitMs: number,
  lanes: [JobClass, string, Value, Value][],
  since: [ms: number, claimed: number, ended: number],
];

export function toAttempt([job, attempt]: AttemptReply): JobAttempt {
  return { job, attempt };
}

export function toHeldJob(reply: HeldReply): HeldJob {
  const [job, attempt, state, kind, class_, tenant, run, worker, inStateMs] = reply;
  return { job, attempt, state, kind, class: class_, tenant, run, worker: worker || null, inStateMs };
}

export function toOpenJob(reply: HeldReply): OpenJob {
  return { ...toHeldJob(reply), progress: parseProgress(reply[9] ?? "") };
}

export function toStats(reply: StatsReply): QueueStats {
  const [delayed, leased, idleWorkers, workersAlive, resultsPending, oldestWaitMs, raw, since] = reply;
  const lanes = raw.map(([class_, kind, depth, waitMs]) => ({
    class: class_,
    kind,
    depth: Number(depth),
    oldestWaitMs: Number(waitMs),
  }));
  const ready = lanes.reduce((sum, lane) => sum + lane.depth, 0);
  const throughput = toThroughput(since);
  return {
    ready,
    delayed,
    leased,
    idleWorkers,
    workersAlive,
    resultsPending,
    oldestWaitMs,
    lanes,
    throughput,
  };
}

function toThroughput([ms, claimed, ended]: StatsReply[7]): Throughput | null {
  if (ms <= 0) return null;
  // A stream that was lost begins to count again.
  const perSecond = (count: number) => Math.round((Math.max(0, count) / ms) * 10_000) / 10;
  return { claimedPerSecond: perSecond(claimed), endedPerSecond: perSecond(ended) };
}

export type WorkerReply = [
  worker: string,
  presence: "here" | "left",
  silentMs: number,
  idleMs: number,
  draining: number,
  held: number,
  atMs: number,
];

export function toSeenWorker(reply: WorkerReply): SeenWorker {
  const [worker, presence, silentMs, idleMs, draining, held, atMs] = reply;
  return {
    worker,
    hasLeft: presence === "left",
    at: new Date(atMs),
    silentMs: Math.max(0, silentMs),
    idleMs: idleMs < 0 ? null : idleMs,
    isDraining: draining === 1,
    held,
  };
}

export type TenantReply = [
  tenant: string,
  ready: number,
  leased: number,
  weight: number,
  cap: number,
  aheadMs: number,
  blocked: number,
];

export function toTenantShare(reply: TenantReply): TenantShare {
  const [tenant, ready, leased, weight, cap, aheadMs, blocked] = reply;
  return { tenant, ready, leased, weight, maxLeased: cap || null, aheadMs, isBlocked: blocked === 1 };
}

export type KeyReply = [
  key: string,
  ready: number,
  leased: number,
  maxLeased: number,
  perSecond: string,
  burst: number,
  tokens: string,
  closedMs: number,
  closedBy: string,
];

export function toKeyState(reply: KeyReply): KeyState {
  const [key, ready, leased, maxLeased, perSecond, burst, tokens, closedMs, closedBy] = reply;
  const hasRate = Number(perSecond) > 0;
  return {
    key,
    ready,
    leased,
    maxLeased: maxLeased || null,
    perSecond: hasRate ? Number(perSecond) : null,
    burst,
    tokens: hasRate ? Number(tokens) : null,
    closedMs: closedMs < 0 ? null : closedMs,
    closedBy: closedBy || null,
  };
}

export type SituationReply = [
  attempt: number,
  state: HeldState,
  inStateMs: number,
  class_: JobClass,
  kind: string,
  tenant: string,
  worker: string,
  stop: "" | "cancel" | "wall_clock",
  jobsBefore: number,
  tenantsBefore: number,
  readyOfKind: number,
  readyInMs: number,
  workersOfKind: number,
  tenantLeased: number,
  tenantCap: number,
  pausedQueue: string,
  pausedKind: string,
  pausedTenant: string,
  resultsPending: number,
  highWater: number,
  key: string,
  keyLeased: number,
  keyMaxLeased: number,
  keyTokenInMs: number,
  keyClosedMs: number,
  keyClosedBy: string,
];

export function toSituation(reply: SituationReply): JobSituation {
  const [attempt, state, inStateMs, class_, kind, tenant, worker, stop, jobsBefore, tenantsBefore, ...rest] =
    reply;
  const [readyOfKind, readyInMs, workersOfKind, tenantLeased, tenantCap, ...limits] = rest;
  const [pausedQueue, pausedKind, pausedTenant, resultsPending, highWater, ...ofKey] = limits;
  const [key, keyLeased, keyMaxLeased, keyTokenInMs, keyClosedMs, keyClosedBy] = ofKey;
  return {
    attempt,
    state,
    inStateMs,
    class: class_,
    kind,
    tenant,
    worker: worker || null,
    stop: stop || null,
    jobsBefore,
    tenantsBefore: tenantsBefore < 0 ? null : tenantsBefore,
    readyOfKind,
    readyInMs: readyInMs < 0 ? null : readyInMs,
    workersOfKind,
    tenantLeased,
    tenantMaxLeased: tenantCap || null,
    pausedQueue: pausedQueue || null,
    pausedKind: pausedKind || null,
    pausedTenant: pausedTenant || null,
    resultsPending,
    highWater,
    key: key || null,
    keyLeased,
    keyMaxLeased: keyMaxLeased || null,
    keyTokenInMs: keyTokenInMs < 0 ? null : keyTokenInMs,
    keyClosedMs: keyClosedMs < 0 ? null : keyClosedMs,
    keyClosedBy: keyClosedBy || null,
  };
}
