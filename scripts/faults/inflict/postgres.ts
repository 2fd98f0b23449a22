import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { startMark } from "../../stack/process-identity.ts";
import type { World } from "../world.ts";
import { freeze, send } from "./freeze.ts";

/** Nothing of the server moves for a while; its connections stay open, and nobody answers. */
export async function pausePostgres(world: World, lengthMs: number, signal: AbortSignal): Promise<void> {
  await freeze(familyOf(world.part("postgres").pid), lengthMs, signal);
}

/** All of its processes at once: what is left is what was written. */
export async function killPostgres(world: World): Promise<void> {
  const [, ...children] = familyOf(world.part("postgres").pid);
  await world.kill("postgres");
  for (const pid of children) send(pid, "SIGKILL");
  // It refuses to start while one of them is left.
  for (const pid of children) while (startMark(pid) !== undefined) await sleep(10);
  await world.revive();
}

/** A process and its children, the parent first: once it is stopped it has no more. */
export function familyOf(pid: number): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return [pid, ...pairs.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []))];
}
