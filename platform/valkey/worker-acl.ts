import type { Redis } from "ioredis";
import { workerUserName } from "../../model/identity/worker-key.ts";
import { toValkeyFailure } from "./errors.ts";
import { queueKeyPrefix } from "./queue.ts";

/** The functions that a worker may call; those of the engine are refused by name. */
const functions = ["je_claim", "je_beat", "je_settle", "je_release", "je_leave"];

/**
 * What those functions do inside: Valkey checks a function's commands against the user who called it, so a
 * worker could send each by hand, too. Hence by name, never by category (`+@write` holds FLUSHALL), without
 * DEL and without all that ignores key patterns (KEYS, SCAN, DBSIZE, RANDOMKEY).
 */
const innerCommands = [
  "get",
  "exists",
  "hget",
  "hmget",
  "hexists",
  "hset",
  "hdel",
  "hincrby",
  "sadd",
  "srem",
  "sismember",
  "smembers",
  "zadd",
  "zrem",
  "zcard",
  "zscore",
  "zrange",
  "zpopmin",
  "rpush",
  "ltrim",
  "pexpire",
  "xadd",
  "xlen",
  "time",
];

/** Signing in, waiting for work, saying who one is. */
const connectionCommands = ["hello", "auth", "ping", "quit", "blpop", "client|setname", "client|setinfo"];

/** Read only: a worker cannot open a queue, change what operators set or lift a cancellation. */
const readOnlyKeys = ["epoch", "config", "tomb:*", "weights", "caps", "pauses", "key:limits"];
const sharedKeys = [
  "counters",
  "kinds",
  "jobs",
  "payloads",
  "progress",
  "runs",
  "ready:*",
  "lanes:*",
  "open:*",
  "keyed:*",
  "heads:*",
  "turn:*",
  "virtual:*",
  "present",
  "depth",
  "cost",
  "shares",
  "leased",
  "blocked",
  "keys",
  "key:ready",
  "key:leased",
  "key:tokens",
  "key:closed",
  "key:closers",
  "stalled:*",
  "reviews",
  "serves:*",
  "leases",
  "turns",
  "workers",
  "draining",
  "idle",
  "idle:*",
  "wake:*",
  "results",
];

export interface WorkerUser {
  /** 16 hex digits: the id inside the key. */
  readonly keyId: string;
  /** SHA-256 of the secret, 64 hex digits; Valkey takes it as the password's hash. */
  readonly secretSha256: string;
  readonly queue: string;
}

/**
 * Creates or rewrites the Valkey user of a worker key. It can work on its queue and reach nothing else. A
 * server that restarted has forgotten its users: call this again for every live key.
 */
export async function createWorkerUser(valkey: Redis, user: WorkerUser): Promise<void> {
  if (!/^[0-9a-f]{16}$/.test(user.keyId)) throw new TypeError("A key id has 16 hex digits.");
  if (!/^[0-9a-f]{64}$/.test(user.secretSha256)) throw new TypeError("A SHA-256 has 64 hex digits.");
  const prefix = queueKeyPrefix(user.queue);
  await administer(valkey, [
    "SETUSER",
    workerUserName(user.keyId),
    "reset",
    "on",
    `#${user.secretSha256}`,
    // The prefix itself is the key that every function call names.
    `~${prefix}`,
    ...sharedKeys.map((key) => `~${prefix}${key}`),
    ...readOnlyKeys.map((key) => `%R~${prefix}${key}`),
    ...functions.map((name) => `+fcall|${name}`),
    ...[...innerCommands, ...connectionCommands].map((name) => `+${name}`),
  ]);
}

/** Removes the users of keys that were revoked; their open connections are closed at once. */
export async function deleteWorkerUsers(valkey: Redis, keyIds: readonly string[]): Promise<void> {
  await administer(valkey, ["DELUSER", ...keyIds.map(workerUserName)]);
}

async function administer(valkey: Redis, args: readonly string[]): Promise<void> {
  try {
    await valkey.call("ACL", ...args);
  } catch (error) {
    throw toValkeyFailure(error);
  }
}
