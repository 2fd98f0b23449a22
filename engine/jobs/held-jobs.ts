import type { OpenJob } from "../../platform/valkey/job-queue.ts";
import type { JobRow } from "../../store/jobs/rows.ts";
import type { Engine } from "../context.ts";

/** Jobs asked for in one call. */
const page = 500;

/**
 * What the queue of their pool holds of these jobs of one run, by job id; `rows` come in the order of their ids, as the
 * queue's own pages do. Nothing when the queue cannot be asked: it is shown, never needed.
 */
export async function heldJobs(
  engine: Engine,
  rows: readonly JobRow[],
): Promise<ReadonlyMap<string, OpenJob>> {
  const open = rows.filter((row) => row.state === "queued").map((row) => row.job_id);
  const [{ pool, run_id: runId } = { pool: "", run_id: "" }] = rows;
  const last = open.at(-1);
  const held = new Map<string, OpenJob>();
  if (open[0] === undefined || last === undefined) return held;
  try {
    for (let cursor: string | null = before(open[0]); cursor !== null && cursor < last;) {
      const found = await engine.queues.of(pool).listRun(runId, cursor, page);
      for (const job of found.items) held.set(job.job, job);
      cursor = found.cursor;
    }
  } catch (err) {
    engine.log.warn({ err, run: runId }, "The queue could not be asked about jobs.");
  }
  return held;
}

/** A text right before an id: cursors are exclusive. */
function before(jobId: string): string {
  const last = jobId.charCodeAt(jobId.length - 1);
  return `${jobId.slice(0, -1)}${String.fromCharCode(last - 1)}`;
}
