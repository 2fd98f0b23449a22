import type { Redis } from "ioredis";

/** A job as claim hands it out. */
export interface RawJob {
  readonly job: string;
  readonly attempt: number;
  readonly lease: number;
  readonly kind: string;
  readonly class: string;
  readonly run: string;
  readonly payload: string;
  readonly key: string;
}

export interface RawClaim {
  readonly word: "ok" | "busy" | "drain";
  readonly retryAfterMs: number;
  readonly jobs: readonly RawJob[];
}

type Held = Pick<RawJob, "job" | "attempt" | "lease">;

/** The worker's functions without an SDK: for tests that need to send exactly one wrong thing. */
export function createRawWorker(valkey: Redis, keyPrefix: string, epoch: () => string, worker: string) {
  const call = async (name: string, ...args: (string | number)[]): Promise<unknown> =>
    await valkey.fcall(name, 1, keyPrefix, epoch(), worker, ...args);
  return {
    worker,
    wakeKey: `${keyPrefix}wake:${worker}`,
    async claim(free: number, kinds: readonly string[] = ["scan"]): Promise<RawClaim> {
      const [word, retryAfterMs, , , jobs] = (await call("je_claim", free, ...kinds)) as [
        RawClaim["word"],
        number,
        number,
        number,
        [string, number, number, string, string, string, string, number, string, string][],
      ];
      const read = jobs.map(([job, attempt, lease, kind, class_, , run, , payload, key]) => ({
        job,
        attempt,
        lease,
        kind,
        class: class_,
        run,
        payload,
        key,
      }));
      return { word, retryAfterMs, jobs: read };
    },
    async beat(jobs: readonly Held[], progress = ""): Promise<{ word: string; jobs: string[] }> {
      const args = jobs.flatMap(({ job, attempt, lease }) => [job, attempt, lease, progress]);
      const [word, , , verdicts] = (await call("je_beat", ...args)) as [string, number, number, string[]];
      return { word, jobs: verdicts };
    },
    async settle(jobs: readonly Held[], outcome: unknown = { status: "succeeded" }): Promise<string[]> {
      const text = typeof outcome === "string" ? outcome : JSON.stringify(outcome);
      const args = jobs.flatMap(({ job, attempt, lease }) => [job, attempt, lease, text]);
      return (await call("je_settle", ...args)) as string[];
    },
    release: async (jobs: readonly Held[]) =>
      (await call(
        "je_release",
        ...jobs.flatMap(({ job, attempt, lease }) => [job, attempt, lease]),
      )) as string[],
    leave: async () => await call("je_leave"),
  };
}

export type RawWorker = ReturnType<typeof createRawWorker>;
