import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "./world.ts";

const everyMs = 1_000;
/** However busy the machine is: as long as something is done within this time, the rest is waited for. */
const standstillMs = 4 * 60_000;

interface Progress {
  readonly runs: number;
  readonly open: number;
  readonly jobs: number;
  readonly done: number;
}

/** Waits until every run is closed and the queue holds nothing. @throws Error when nothing moves any more */
export async function settle(
  world: World,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = "";
  let movedMs = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const revived = await world.revive();
    const progress = await readProgress(world);
    onProgress(progress);
    const held = await countHeld(world);
    if (progress.open === 0 && held === 0 && revived.length === 0) return;
    const now = JSON.stringify([progress, held]);
    if (now !== last) movedMs = performance.now();
    last = now;
    if (performance.now() - movedMs > standstillMs) {
      throw new Error(`Nothing has moved for ${standstillMs / 60_000} minutes: ${now}`);
    }
    await sleep(everyMs, undefined, { signal });
  }
}

/** What the queues hold: jobs that wait or are in hands, results that are not taken in. */
async function countHeld({ api }: World): Promise<number> {
  type Lag = Record<"ready" | "delayed" | "leased" | "resultsPending", number>;
  const path = "/api/v1/scheduler/runs/queue/lag";
  const { queues } = await api.ask<{ queues: Lag[] }>("operators", "GET", path);
  return queues.reduce((sum, lag) => sum + lag.ready + lag.delayed + lag.leased + lag.resultsPending, 0);
}

/** How far all runs are; asked of the rows. */
export async function readProgress({ sql }: World): Promise<Progress> {
  const { rows } = await sql.query<Progress>(
    `select count(*)::int as runs, count(*) filter (where state in ('planning', 'queued', 'running'))::int as open,
            coalesce(sum(jobs_total), 0)::int as jobs, coalesce(sum(jobs_total - jobs_open), 0)::int as done
       from scheduler.runs`,
  );
  return rows[0]!;
}
