import { readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import path from "node:path";
import { pause } from "../interrupt.ts";
import { startMark } from "../process-identity.ts";

/** How long a killed process may stay a zombie before we stop waiting for somebody to reap it. */
const reapTimeoutMs = 3_000;

/**
 * PostgreSQL refuses to start while the process named in its pid file can be signalled, and a zombie can:
 * after a SIGKILL in a container whose first process reaps late, or never, that is for a while or for ever.
 * Waits for the zombie to go; removes the file when it stays and nothing works in the folder any more.
 */
export async function clearStalePidFile(clusterFolder: string, signal?: AbortSignal): Promise<void> {
  const file = path.join(clusterFolder, "postmaster.pid");
  const pid = readPid(file);
  if (pid === undefined || startMark(pid) !== undefined) return;
  const deadline = Date.now() + reapTimeoutMs;
  while (canBeSignalled(pid)) {
    if (Date.now() > deadline) {
      if (!isWorkedIn(clusterFolder)) rmSync(file, { force: true });
      return;
    }
    await pause(50, signal);
  }
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function canBeSignalled(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether any process has the folder as its working directory, as each of PostgreSQL's has. */
function isWorkedIn(folder: string): boolean {
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((name) => {
    try {
      return readlinkSync(`/proc/${name}/cwd`) === folder;
    } catch {
      return false;
    }
  });
}
