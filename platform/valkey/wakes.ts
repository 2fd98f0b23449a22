import type { Redis } from "ioredis";
import { createWakeReader, type WakeReader } from "./wake-reader.ts";

/** Why a sleep ended: the worker was woken, its time is over, or somebody ended it. */
export type WakeEnd = "woken" | "over" | "ended";

/** The wake list of a worker: it sleeps until the queue's functions push to it. */
export interface WakeList {
  readonly keyPrefix: string;
  readonly workerId: string;
}

/**
 * Sleeps of many idle workers in the server. A blocking pop reads any number of lists, so a few connections do
 * for all, and nothing polls.
 */
export interface Wakes {
  /** Resolves when the wake list had an entry, which is taken. A later sleep on the same list ends this one. */
  wait(list: WakeList, timeoutMs: number, signal: AbortSignal): Promise<WakeEnd>;
  endWait(list: WakeList): void;
  /** Ends all sleeps, also those to come, and closes the connections. */
  end(): void;
}

/**
 * Lists that one connection reads. A pop looks at each of them every time that one of their workers is woken, so
 * this bounds what a wake costs the server.
 */
const listsPerConnection = 250;

/** How long a wake lies in its list; as the functions have it. */
const wakeTtlMs = 120_000;

/** @param valkey whose server and user the sleeps share; stays the caller's. */
export function createWakes(options: {
  readonly valkey: Redis;
  readonly onError: (error: Error) => void;
  readonly listsPerConnection?: number;
}): Wakes {
  const { valkey, onError } = options;
  const most = options.listsPerConnection ?? listsPerConnection;
  const readers: WakeReader[] = [];
  const sleeping = new Map<string, (end: WakeEnd) => void>();
  let isEnded = false;

  /** A reader of this queue with room for one more list; new ones come as they are needed, and stay. */
  function readerWithRoom(keyPrefix: string): WakeReader {
    const found = readers.find((reader) => reader.keyPrefix === keyPrefix && reader.size < most);
    if (found !== undefined) return found;
    const reader = createWakeReader({ valkey, keyPrefix, onPop, onBroken, onError });
    readers.push(reader);
    return reader;
  }

  /**
   * A pop that was sent before a sleep ended may still take the wake that was meant for the next one, here or at
   * another replica. It is put back.
   */
  function onPop(key: string): void {
    const finish = sleeping.get(key);
    if (finish !== undefined) finish("woken");
    else valkey.multi().rpush(key, "1").pexpire(key, wakeTtlMs).exec().catch(onError);
  }

  function onBroken(keys: readonly string[]): void {
    for (const key of keys) sleeping.get(key)?.("over");
  }

  return {
    async wait({ keyPrefix, workerId }, timeoutMs, signal) {
      const key = `${keyPrefix}wake:${workerId}`;
      sleeping.get(key)?.("ended");
      if (isEnded || signal.aborted) return "ended";
      const reader = readerWithRoom(keyPrefix);
      return await new Promise<WakeEnd>((resolve) => {
        const finish = (end: WakeEnd) => {
          clearTimeout(timer);
          signal.removeEventListener("abort", onAbort);
          sleeping.delete(key);
          reader.remove(key);
          resolve(end);
        };
        const onAbort = () => finish("ended");
        const timer = setTimeout(() => finish("over"), timeoutMs);
        signal.addEventListener("abort", onAbort, { once: true });
        sleeping.set(key, finish);
        reader.add(key);
      });
    },
    endWait({ keyPrefix, workerId }) {
      sleeping.get(`${keyPrefix}wake:${workerId}`)?.("ended");
    },
    end() {
      isEnded = true;
      for (const finish of sleeping.values()) finish("ended");
      for (const reader of readers) reader.close();
    },
  };
}
