import type { JobMessage } from "../../model/queue/job-message.ts";
import { type QueuedJob, listQueued, queuePlanned } from "../../store/jobs/queue-planned.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Engine } from "../context.ts";
import { hasRoom, waitForRoom } from "../queue/back-pressure.ts";

/** Jobs in one transaction and one call. */
const chunk = 1_000;

export interface Dispatch {
  readonly tenant: string;
  readonly runId: string;
  /** Of the run. */
  readonly pool: string;
  /** Called after each chunk with the number of jobs sent so far: the activity's heartbeat. */
  readonly onChunk?: (sent: number) => void;
  readonly signal?: AbortSignal;
  /**
   * Waits while the queue is full; without it what does not fit stays planned until somebody looks again. Only
   * who stands in nobody's way may wait: ingest is what makes room.
   */
  readonly waitsForRoom?: boolean;
}

/**
 * Sends every planned job of a run to the queue, as far as there is room. The attempt is raised and committed first, so a crash
 * between commit and enqueue leaves queued jobs that nobody sent: `resend` repeats them at that attempt.
 */
export async function dispatchRun(
  engine: Engine,
  { tenant, runId, pool, onChunk, signal, waitsForRoom = false }: Dispatch,
): Promise<number> {
  const queue = engine.queues.of(pool);
  let sent = 0;
  for (;;) {
    signal?.throwIfAborted();
    if (waitsForRoom) await waitForRoom(queue, engine, signal);
    else if (!(await hasRoom(queue, engine))) return sent;
    const jobs = await withTenant(engine.app, tenant, (tx, now) =>
      queuePlanned(tx, now, tenant, runId, chunk),
    );
    if (jobs.length === 0) return sent;
    await queue.enqueue(jobs.map(toMessage));
    sent += jobs.length;
    onChunk?.(sent);
  }
}

/** Sends all queued jobs of a run again, at the attempts that they have; what the queue knows it leaves alone. */
export async function resendRun(
  engine: Engine,
  { tenant, runId, pool, onChunk, signal }: Dispatch,
): Promise<number> {
  const queue = engine.queues.of(pool);
  let afterJobId = "";
  for (let sent = 0; ;) {
    signal?.throwIfAborted();
    const where = { tenant, runId, afterJobId };
    const jobs = await withTenant(engine.app, tenant, (tx, now) => listQueued(tx, now, where, chunk));
    const last = jobs.at(-1);
    if (last === undefined) return sent;
    await queue.enqueue(jobs.map(toMessage));
    afterJobId = last.job_id;
    sent += jobs.length;
    onChunk?.(sent);
  }
}

/** The message of a job: what a worker must know before it fetches the inputs. */
export function toMessage(job: QueuedJob): JobMessage {
  return {
    job: job.job_id,
    attempt: job.attempt,
    kind: job.kind,
    class: job.class as JobMessage["class"],
    tenant: job.tenant_id,
    run: job.run_id,
    wallClockMs: job.wall_clock_ms,
    ...(job.delay_ms > 0 && { delayMs: job.delay_ms }),
    ...(job.concurrency_key !== null && { concurrencyKey: job.concurrency_key }),
    payload: JSON.stringify({
      mode: job.mode,
      images: job.images,
      ...(job.trace !== null && { trace: job.trace }),
    }),
  };
}
