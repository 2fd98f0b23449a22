import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * When a process started, as a text that no other process with the same pid can have: boot id and ticks
 * since boot on Linux, the start time of `ps` elsewhere. `undefined` when there is no such process; a zombie
 * counts as gone, since nobody may ever reap it (a container whose first process does not).
 */
export function startMark(pid: number): string | undefined {
  return process.platform === "linux" ? linuxStartMark(pid) : psStartMark(pid);
}

/** Whether the very process that was started is still there. */
export function isAlive(one: { readonly pid: number; readonly startMark: string }): boolean {
  return startMark(one.pid) === one.startMark;
}

/** The fields of /proc/<pid>/stat that matter here. The name field may hold blanks and brackets. */
export function parseProcStat(text: string): { state: string; startTicks: string } | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields[0], fields[19]];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
}

let bootId: string | undefined;

function linuxStartMark(pid: number): string | undefined {
  try {
    const stat = parseProcStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    if (stat === undefined || stat.state === "Z" || stat.state === "X") return undefined;
    bootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${bootId}:${stat.startTicks}`;
  } catch {
    return undefined;
  }
}

function psStartMark(pid: number): string | undefined {
  try {
    const [state, ...started] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
    })
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith("Z") ? undefined : started.join(" ");
  } catch {
    return undefined;
  }
}
