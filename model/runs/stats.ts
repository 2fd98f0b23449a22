import { z } from "zod";

const durationMs = z.int().min(0);

/** Where the time of a run went, in milliseconds: the four parts of the bar that consoles draw. */
export const runStats = z.strictObject({
  planner: durationMs,
  queue: durationMs,
  execution: durationMs,
  postProcessing: durationMs,
});

export type RunStats = z.infer<typeof runStats>;

/** The milestones of a run in milliseconds since 1970; absent while not reached. */
export interface RunMilestones {
  readonly createdAtMs: number;
  readonly plannedAtMs?: number | undefined;
  /** The first job was taken up. */
  readonly startedAtMs?: number | undefined;
  /** The last result was ingested. Counts only once the run has finished; before, more may come. */
  readonly lastResultAtMs?: number | undefined;
  readonly finishedAtMs?: number | undefined;
}

/**
 * Cuts the time from creation to `nowMs` (or the end) into four parts that sum to it. The part that the run
 * is in takes what is left; a milestone that was never reached gives its part to the one before.
 */
export function timeParts(run: RunMilestones, nowMs: number): RunStats {
  const { createdAtMs, plannedAtMs, startedAtMs, finishedAtMs } = run;
  const endMs = Math.max(createdAtMs, finishedAtMs ?? nowMs);
  const clamp = (atMs: number | undefined, fromMs: number) =>
    Math.min(endMs, Math.max(fromMs, atMs ?? endMs));
  const plannedMs = clamp(plannedAtMs, createdAtMs);
  const startedMs = clamp(startedAtMs, plannedMs);
  const lastResultMs = clamp(finishedAtMs === undefined ? undefined : run.lastResultAtMs, startedMs);
  return {
    planner: plannedMs - createdAtMs,
    queue: startedMs - plannedMs,
    execution: lastResultMs - startedMs,
    postProcessing: endMs - lastResultMs,
  };
}
