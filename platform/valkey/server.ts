import type { Redis } from "ioredis";
import { DomainError } from "../../model/errors.ts";
import { toValkeyFailure } from "./errors.ts";

/** The oldest server that the queue is tested on. */
const oldestMajor = 8;

/**
 * The server's `run_id`. It changes with each start: a different one means that everything in memory may be
 * gone or rolled back, and that the queue must be rebuilt. (FLUSHALL keeps it; the epoch tells that.)
 */
export async function readRunId(valkey: Redis): Promise<string> {
  const info = await valkey.info("server").catch((error: unknown) => {
    throw toValkeyFailure(error);
  });
  return field(info, "run_id");
}

/**
 * Refuses a server that could lose jobs in silence or lacks what the functions need. Answers how much memory it may
 * take; null when nobody bounded it.
 * @throws DomainError `unavailable` with what to change.
 */
export async function checkServer(valkey: Redis): Promise<{ readonly memoryBytes: number | null }> {
  const info = await valkey.info();
  const version = field(info, "valkey_version");
  if (!(Number.parseInt(version, 10) >= oldestMajor)) {
    throw new DomainError(
      "unavailable",
      `Valkey ${oldestMajor} or newer is needed, this server is ${version || "something else"}.`,
    );
  }
  const policy = field(info, "maxmemory_policy");
  if (policy !== "noeviction") {
    throw new DomainError(
      "unavailable",
      `Valkey's maxmemory-policy is ${policy}: set it to noeviction, or the server may drop queued jobs when memory is short.`,
    );
  }
  return { memoryBytes: Number(field(info, "maxmemory")) || null };
}

function field(info: string, name: string): string {
  const line = info.split("\r\n").find((candidate) => candidate.startsWith(`${name}:`));
  return line?.slice(name.length + 1) ?? "";
}
