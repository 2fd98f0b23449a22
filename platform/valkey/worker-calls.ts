import type { Redis } from "ioredis";
import type {
  BeatAnswer,
  BeatCall,
  ClaimAnswer,
  LeaseRef,
  ReleaseAnswer,
  SettleAnswer,
  SettleCall,
} from "../../model/queue/worker-calls.ts";
import { toValkeyFailure } from "./errors.ts";
import { createWakes, type WakeEnd, type WakeList } from "./wakes.ts";

/** Who calls: a registered worker under the epoch that it was told. */
export interface QueueCaller {
  readonly keyPrefix: string;
  readonly epoch: string;
  readonly workerId: string;
}

/**
 * The functions of a worker, called by the engine for workers that do not reach Valkey themselves. All but
 * `waitForWake`:
 * @throws WrongEpochError when the worker must register again, DomainError `unavailable` while the server is away.
 */
export interface WorkerCalls {
  claim(caller: QueueCaller, free: number, kinds: readonly string[]): Promise<Omit<ClaimAnswer, "waitedMs">>;
  beat(caller: QueueCaller, jobs: BeatCall["jobs"]): Promise<BeatAnswer>;
  settle(caller: QueueCaller, jobs: SettleCall["jobs"]): Promise<SettleAnswer>;
  release(caller: QueueCaller, jobs: readonly LeaseRef[]): Promise<ReleaseAnswer>;
  leave(caller: QueueCaller): Promise<void>;
  /** Sleeps until an idle worker is woken; a later sleep of the same worker ends this one. Never throws. */
  waitForWake(caller: QueueCaller, timeoutMs: number, signal: AbortSignal): Promise<WakeEnd>;
  /** Ends a sleep of this worker. */
  endWait(caller: QueueCaller): void;
  /** Ends all sleeps and closes what they opened. */
  end(): void;
}

/** @param valkey for commands, stays the caller's; sleeps open connections beside it. */
export function createWorkerCalls(options: {
  readonly valkey: Redis;
  readonly onError?: (error: Error) => void;
}): WorkerCalls {
  const { valkey, onError = () => {} } = options;
  const wakes = createWakes({ valkey, onError });

  async function call<Reply>(name: string, caller: QueueCaller, args: (string | number)[]): Promise<Reply> {
    const { keyPrefix, epoch, workerId } = caller;
    try {
      return (await valkey.fcall(name, 1, keyPrefix, epoch, workerId, ...args)) as Reply;
    } catch (error) {
      throw toValkeyFailure(error);
    }
  }

  return {
    async claim(caller, free, kinds) {
      const reply = await call<ClaimReply>("je_claim", caller, [free, ...kinds]);
      const [word, retryAfterMs, leaseMs, beatMs, jobs] = reply;
      return { word, retryAfterMs, leaseMs, beatMs, jobs: jobs.map(toClaimedJob) };
    },
    async beat(caller, jobs) {
      const args = jobs.flatMap(({ job, attempt, lease, progress }) => [job, attempt, lease, progress]);
      const [word, leaseMs, beatMs, verdicts] = await call<BeatReply>("je_beat", caller, args);
      return { word, leaseMs, beatMs, verdicts };
    },
    async settle(caller, jobs) {
      const args = jobs.flatMap(({ job, attempt, lease, outcome }) => [job, attempt, lease, outcome]);
      return { verdicts: await call<SettleAnswer["verdicts"]>("je_settle", caller, args) };
    },
    async release(caller, jobs) {
      const args = jobs.flatMap(({ job, attempt, lease }) => [job, attempt, lease]);
      return { verdicts: await call<ReleaseAnswer["verdicts"]>("je_release", caller, args) };
    },
    async leave(caller) {
      await call<number>("je_leave", caller, []);
    },
    waitForWake: (caller, timeoutMs, signal) => wakes.wait(wakeList(caller), timeoutMs, signal),
    endWait: (caller) => wakes.endWait(wakeList(caller)),
    end: () => wakes.end(),
  };
}

function wakeList({ keyPrefix, workerId }: QueueCaller): WakeList {
  return { keyPrefix, workerId };
}

type JobReply = [
  job: string,
  attempt: number,
  lease: number,
  kind: string,
  class_: ClaimAnswer["jobs"][number]["class"],
  tenant: string,
  run: string,
  wallClockMs: number,
  payload: string,
  key: string,
];
type ClaimReply = [ClaimAnswer["word"], number, number, number, JobReply[]];
type BeatReply = [BeatAnswer["word"], number, number, BeatAnswer["verdicts"]];

function toClaimedJob(reply: JobReply): ClaimAnswer["jobs"][number] {
  const [job, attempt, lease, kind, class_, tenant, run, wallClockMs, payload, key] = reply;
  const concurrencyKey = key === "" ? {} : { concurrencyKey: key };
  return { job, attempt, lease, kind, class: class_, tenant, run, wallClockMs, payload, ...concurrencyKey };
}
