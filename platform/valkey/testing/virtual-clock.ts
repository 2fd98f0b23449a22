import type { Redis } from "ioredis";
import { readLibrary } from "../functions.ts";

const realClock = /local function clock\(\)\n(?: {2}.*\n)+end\n/;
const clockKey = "virtual-clock";

/** A clock that a test sets: hours pass in no time. */
export interface VirtualClock {
  /** Milliseconds since the clock began. */
  readonly nowMs: number;
  set(nowMs: number): Promise<void>;
}

/** An instant that looks like one of the server's, in milliseconds. */
const startMs = 1_800_000_000_000;

/**
 * Gives the functions of a server a clock that the test sets, instead of the server's own. Nothing else of
 * them changes. The server must be the test's own, and opened before: opening installs the real functions.
 */
export async function useVirtualClock(valkey: Redis): Promise<VirtualClock> {
  const code = readLibrary();
  const changed = code.replace(
    realClock,
    `local function clock() return tonumber(call('GET', '${clockKey}')) end\n`,
  );
  if (changed === code) throw new Error("The functions' clock was not found.");
  let nowMs = 0;
  await valkey.set(clockKey, startMs);
  await valkey.function("LOAD", "REPLACE", changed);
  return {
    get nowMs() {
      return nowMs;
    },
    async set(next) {
      if (next === nowMs) return;
      nowMs = next;
      await valkey.set(clockKey, startMs + next);
    },
  };
}
