import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { connectForBlocking } from "./connect.ts";

/** One blocking connection that reads the wake lists of many workers of one queue. */
export interface WakeReader {
  readonly keyPrefix: string;
  /** Lists that it reads. */
  readonly size: number;
  add(key: string): void;
  /** A pop that is under way may still take from the list. */
  remove(key: string): void;
  close(): void;
}

/** How long a pop blocks at most; a connection that is silent for much longer is dead. */
const popSeconds = 20;
const lateMs = 10_000;
/** A nudge that nobody read, since its process died, does not stay for ever. */
const nudgeTtlMs = 60_000;
/** How long the workers of a connection that broke are kept from claiming all at once. */
const brokenMs = 500;

/**
 * A pop that is under way does not see a list that is added later. So each reader has a list of its own in every
 * pop, and pushes to that one when another is added: the pop returns, and the next one has them all. Nothing is
 * missed between two pops, since what is pushed is kept in its list.
 */
export function createWakeReader(options: {
  readonly valkey: Redis;
  readonly keyPrefix: string;
  /** An entry of this list was taken. */
  readonly onPop: (key: string) => void;
  /** Nobody reads these lists any more. */
  readonly onBroken: (keys: readonly string[]) => void;
  readonly onError: (error: Error) => void;
}): WakeReader {
  const { valkey, keyPrefix, onPop, onBroken, onError } = options;
  const nudgeKey = `${keyPrefix}wake:api-${randomBytes(8).toString("hex")}`;
  const lists = new Set<string>();
  let connection: Promise<Redis> | undefined;
  let isRunning = false;
  const closed = new AbortController();
  /** The lists of the pop that is under way. */
  let inPop: ReadonlySet<string> | undefined;
  let isNudged = false;

  async function run(): Promise<void> {
    isRunning = true;
    try {
      while (lists.size > 0 && !closed.signal.aborted) await popOnce();
    } catch (error) {
      if (!closed.signal.aborted) onError(error as Error);
      await sleep(brokenMs * (0.5 + Math.random()));
      const unread = [...lists];
      lists.clear();
      onBroken(unread);
    } finally {
      isRunning = false;
      if (lists.size > 0 && !closed.signal.aborted) void run();
    }
  }

  async function popOnce(): Promise<void> {
    const reader = await connect();
    if (lists.size === 0) return;
    inPop = new Set(lists);
    isNudged = false;
    const dead = setTimeout(() => reader.disconnect(true), popSeconds * 1_000 + lateMs);
    try {
      const popped = await reader.blpop(nudgeKey, ...inPop, popSeconds);
      if (popped !== null && popped[0] !== nudgeKey) onPop(popped[0]);
    } finally {
      clearTimeout(dead);
      inPop = undefined;
    }
  }

  async function connect(): Promise<Redis> {
    connection ??= connectForBlocking(valkey, onError).catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return await connection;
  }

  async function nudge(): Promise<void> {
    isNudged = true;
    try {
      await valkey.multi().rpush(nudgeKey, "1").pexpire(nudgeKey, nudgeTtlMs).exec();
    } catch (error) {
      isNudged = false;
      onError(error as Error);
    }
  }

  return {
    keyPrefix,
    get size() {
      return lists.size;
    },
    add(key) {
      lists.add(key);
      if (!isRunning) void run();
      else if (inPop !== undefined && !inPop.has(key) && !isNudged) void nudge();
    },
    remove(key) {
      lists.delete(key);
    },
    close() {
      closed.abort();
      void connection?.then((reader) => reader.disconnect()).catch(() => undefined);
    },
  };
}
