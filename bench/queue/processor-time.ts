import { readdirSync, readFileSync } from "node:fs";
import type { Redis } from "ioredis";

/** Processor time that a server's main thread has used, in microseconds: it runs the commands. */
export async function serverMicros(valkey: Redis): Promise<number> {
  const info = await valkey.info("cpu");
  const seconds = [...info.matchAll(/used_cpu_(?:user|sys)_main_thread:([\d.]+)/g)];
  return seconds.reduce((sum, [, value]) => sum + Number(value), 0) * 1_000_000;
}

/** Linux counts in hundredths of a second, whatever the machine. */
const microsPerTick = 10_000;

/** Processor time of all processes of a group, in microseconds; undefined where there is no /proc. */
export function groupMicros(group: number): number | undefined {
  try {
    const ticks = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? ticksOf(name, group) : []));
    return ticks.reduce((sum, one) => sum + one, 0) * microsPerTick;
  } catch {
    return undefined;
  }
}

function ticksOf(pid: string, group: number): number[] {
  try {
    // The name in parentheses may hold anything; what follows it is state, parent, group, … utime, stime.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return Number(fields[2]) === group ? [Number(fields[11]) + Number(fields[12])] : [];
  } catch {
    return []; // It has ended meanwhile.
  }
}
