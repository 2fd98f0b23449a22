import type { KeyLimit } from "../job-queue.ts";
import { openTestQueue, type TestQueue } from "./test-queue.ts";
import { useVirtualClock } from "./virtual-clock.ts";

const dayMs = 86_400_000;

/** A queue whose time the test moves, as long as it sets limits here: the queue's own call installs the real clock. */
export interface KeyedQueue extends TestQueue {
  readonly nowMs: number;
  limitKey(limit: Partial<KeyLimit> & Pick<KeyLimit, "key">): Promise<void>;
  limitTenant(tenant: string, maxLeased: number | null): Promise<void>;
  pauseTenant(tenant: string, isPaused: boolean): Promise<void>;
  reopenKey(key: string): Promise<void>;
  /** Lets time pass, with a tick whenever one is due. Answers how many there were. */
  elapse(ms: number): Promise<number>;
}

/** Opens a queue on a server of the test's own. Leases last for days, so that nobody need beat. */
export async function openKeyedQueue(url: string): Promise<KeyedQueue> {
  const t = await openTestQueue({ leaseMs: 100 * dayMs, beatMs: dayMs }, url);
  const clock = await useVirtualClock(t.valkey);
  const call = async (name: string, ...args: (string | number)[]) => {
    await t.valkey.fcall(name, 1, t.queue.keyPrefix, "any", ...args);
  };
  return {
    ...t,
    get nowMs() {
      return clock.nowMs;
    },
    limitKey: async ({ key, maxLeased, perSecond, burst }) =>
      await call("je_limit_key", key, maxLeased ?? 0, perSecond ?? 0, burst ?? 1),
    limitTenant: async (tenant, maxLeased) => await call("je_limit", tenant, 1, maxLeased ?? 0),
    pauseTenant: async (tenant, isPaused) =>
      await call("je_pause", `tenant:${tenant}`, isPaused ? "test" : ""),
    reopenKey: async (key) => await call("je_reopen", key),
    async elapse(ms) {
      const untilMs = clock.nowMs + ms;
      for (let ticks = 1; ; ticks++) {
        const { nextDueMs } = await t.queue.tick();
        if (clock.nowMs === untilMs) return ticks;
        await clock.set(Math.min(untilMs, clock.nowMs + Math.max(1, nextDueMs)));
      }
    },
    [Symbol.asyncDispose]: () => t[Symbol.asyncDispose](),
  };
}
