import { modeLabels, type SchedulerMetrics } from "../platform/metrics/scheduler.ts";
import type { RunDelta } from "../store/runs/book-results.ts";
import { countWaiting } from "../store/jobs/parked/count-waiting.ts";
import { countActive } from "../store/runs/count-active.ts";
import type { RunRow } from "../store/runs/rows.ts";
import { withEngine } from "../store/tenant.ts";
import type { Engine } from "./context.ts";

const modeOf = (run: Pick<RunRow, "mode">) => modeLabels[run.mode as keyof typeof modeLabels];

/** Counts one planned run; `startedMs` is what `performance.now()` said before. */
export function observePlan(metrics: SchedulerMetrics, run: RunRow, startedMs: number): void {
  metrics.plannerRuns.inc({ mode: modeOf(run), status: run.jobs_total > 0 ? "planned" : "empty" });
  metrics.plannerLatencySeconds.observe((performance.now() - startedMs) / 1_000);
}

/** What a committed batch brought for one run: `states` are those of the jobs that it changed. */
export function observeResults(
  metrics: SchedulerMetrics,
  run: RunRow,
  books: RunDelta,
  states: readonly string[],
): void {
  const mode = modeOf(run);
  for (const status of states) metrics.runnerSegments.inc({ mode, status });
  const images = books.succeeded + books.failed + books.incomplete + books.cancelled;
  metrics.runnerImages.inc({ mode, delta: "true" }, books.imagesChanged);
  metrics.runnerImages.inc({ mode, delta: "false" }, images - books.imagesChanged);
  metrics.runnerDelta.inc({ mode }, books.newFindings);
  metrics.runnerDeltaCritical.inc({ mode }, books.newCritical);
  metrics.runnerDeltaHigh.inc({ mode }, books.newHigh);
}

/** Counts jobs that were given up. */
export function observeParked(
  metrics: SchedulerMetrics,
  parked: readonly { readonly kind: string; readonly reason: string }[],
): void {
  for (const { kind, reason } of parked) metrics.jobsParked.inc({ kind, reason });
}

/** Counts the end of a run. */
export function observeEnd(metrics: SchedulerMetrics, run: RunRow): void {
  const seconds = ((run.finished_at ?? run.created_at).getTime() - run.created_at.getTime()) / 1_000;
  metrics.runDurationSeconds.observe({ mode: modeOf(run), result: run.state }, seconds);
}

/** Sets the gauges from the rows, so that they are right after a restart, too. */
export async function measureActive(engine: Engine): Promise<void> {
  const { active, waiting } = await withEngine(engine.engine, async (tx) => ({
    active: await countActive(tx),
    waiting: await countWaiting(tx),
  }));
  const { runsActive, runnerBacklog, jobsParkedWaiting } = engine.metrics;
  jobsParkedWaiting.set(waiting);
  runsActive.reset();
  runnerBacklog.reset();
  for (const { mode, schedule_id: schedule, runs, images } of active) {
    runsActive.inc({ mode: modeOf({ mode }) }, runs);
    runnerBacklog.inc({ mode: modeOf({ mode }), schedule: schedule ?? "none" }, images);
  }
}
