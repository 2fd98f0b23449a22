import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The line that a loss of the queue is told by. */
const rebuilt = "The queue was lost and built anew from PostgreSQL.";
/** Errors that nobody foresaw: a server that is away is foreseen. */
const unforeseen = /^.*"msg":"unforeseen error".*$/gm;

/** How often the queue was lost and built anew, as the scheduler-workers have logged it. */
export function countRebuilds(dataDir: string): number {
  return readLogs(dataDir, "scheduler-worker").split(rebuilt).length - 1;
}

/** The lines of scheduler-web about answers of status 500, which no fault of a server may cause. */
export function unforeseenErrors(dataDir: string): string[] {
  return [...readLogs(dataDir, "scheduler-web").matchAll(unforeseen)].map(([line]) => line.slice(0, 600));
}

function readLogs(dataDir: string, prefix: string): string {
  const logs = path.join(dataDir, "logs");
  const names = readdirSync(logs).filter((name) => name.startsWith(prefix));
  return names.map((name) => readFileSync(path.join(logs, name), "utf8")).join("\n");
}
