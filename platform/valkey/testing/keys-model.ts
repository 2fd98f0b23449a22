import type { KeyLimit } from "../job-queue.ts";

/** What a test knows of a job. */
export interface KeyedJob {
  readonly job: string;
  readonly tenant: string;
  readonly key: string;
  state: "ready" | "leased" | "gone";
}

interface Bucket {
  tokens: number;
  atMs: number;
}

type Limit = Pick<KeyLimit, "maxLeased" | "perSecond" | "burst">;

/** Milliseconds and tokens below this are a matter of rounding. */
const slack = 0.001;

/** Who may be given work: the promises about keys and caps in a few lines of memory. */
export function createKeysModel(nowMs: () => number) {
  const jobs = new Map<string, KeyedJob>();
  const limits = new Map<string, Limit>();
  const buckets = new Map<string, Bucket>();
  const closedUntilMs = new Map<string, number>();
  const caps = new Map<string, number | null>();
  const paused = new Set<string>();

  const leasedOf = (what: "key" | "tenant", name: string) =>
    [...jobs.values()].filter((job) => job.state === "leased" && job[what] === name).length;
  const bucketOf = (key: string, { perSecond, burst }: Limit): Bucket => {
    const { tokens, atMs } = buckets.get(key) ?? { tokens: burst, atMs: nowMs() };
    const gained = ((nowMs() - atMs) * (perSecond ?? 0)) / 1_000;
    return { tokens: Math.min(burst, tokens + gained), atMs: nowMs() };
  };
  const addTokens = (key: string, count: number) => {
    const limit = limits.get(key);
    if (limit === undefined || limit.perSecond === null) return;
    const { tokens } = bucketOf(key, limit);
    buckets.set(key, { tokens: Math.min(limit.burst, tokens + count), atMs: nowMs() });
  };
  /** `tolerance` above 0 answers "certainly", below 0 "possibly". */
  const hasRoom = (key: string, tolerance: number): boolean => {
    if ((closedUntilMs.get(key) ?? 0) > nowMs()) return false;
    const limit = limits.get(key);
    if (key === "" || limit === undefined) return true;
    if (limit.maxLeased !== null && leasedOf("key", key) >= limit.maxLeased) return false;
    return limit.perSecond === null || bucketOf(key, limit).tokens >= 1 + tolerance;
  };
  const mayGo = ({ tenant, key }: KeyedJob, tolerance: number): boolean =>
    !paused.has(tenant) &&
    leasedOf("tenant", tenant) < (caps.get(tenant) ?? Number.POSITIVE_INFINITY) &&
    hasRoom(key, tolerance);

  return {
    jobs,
    caps,
    paused,
    closedUntilMs,
    count: (state: KeyedJob["state"]) => [...jobs.values()].filter((job) => job.state === state).length,
    /** Jobs that a worker should be given, were it to ask: with certainty, not on the edge of a token. */
    idle: () => [...jobs.values()].filter((job) => job.state === "ready" && mayGo(job, slack)),
    /** Books a job that was given; answers what was wrong with that. */
    give(name: string): string[] {
      const job = jobs.get(name);
      if (job?.state !== "ready") return [`${name} was not ready`];
      const wrong = mayGo(job, -slack) ? [] : [`${name} was given against a limit`];
      job.state = "leased";
      addTokens(job.key, -1);
      return wrong;
    },
    end(name: string, state: "ready" | "gone"): void {
      const job = jobs.get(name);
      if (job?.state !== "leased") return;
      job.state = state;
      if (state === "ready") addTokens(job.key, 1);
    },
    limit(key: string, limit: Limit): void {
      addTokens(key, 0);
      if (limit.perSecond === null) buckets.delete(key);
      limits.set(key, limit);
    },
    close(key: string, ms: number): void {
      closedUntilMs.set(key, Math.max(closedUntilMs.get(key) ?? 0, nowMs() + ms));
    },
  };
}

export type KeysModel = ReturnType<typeof createKeysModel>;
