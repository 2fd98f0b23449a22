import { createMetrics } from "./registry.ts";
import { createSchedulerMetrics, modeLabels } from "./scheduler.ts";

test("the metrics have the names and labels that dashboards know", async () => {
  const registry = createMetrics("test", { processMetrics: false });
  const metrics = createSchedulerMetrics(registry);
  const mode = modeLabels["analysis-only"];
  metrics.plannerRuns.inc({ mode, status: "planned" });
  metrics.plannerLatencySeconds.observe(0.1);
  metrics.runnerSegments.inc({ mode, status: "succeeded" });
  metrics.runnerImages.inc({ mode, delta: "true" });
  for (const counter of [
    metrics.runnerDelta,
    metrics.runnerDeltaCritical,
    metrics.runnerDeltaHigh,
    metrics.runnerDeltaKev,
  ]) {
    counter.inc({ mode });
  }
  metrics.jobsParked.inc({ kind: "scan", reason: "permanent" });
  metrics.runDurationSeconds.observe({ mode, result: "completed" }, 2);
  metrics.runsActive.set({ mode }, 1);
  metrics.runnerBacklog.set({ mode, schedule: "sch_1" }, 5);
  metrics.workers.set({ pool: "default", state: "active" }, 2);
  metrics.queueRebuilds.inc({ cause: "restart" });
  const series = (await registry.metrics())
    .split("\n")
    .filter((line) => !line.startsWith("#") && !/_(?:bucket|sum)\{/.test(line))
    .map((line) => line.replace(/service="test",?/, "").replace(/,?\}? .*/, "}"));
  expect(series.filter((line) => line !== "")).toEqual([
    'scheduler_planner_runs_total{mode="analysisOnly",status="planned"}',
    "scheduler_planner_latency_seconds_count{}",
    'scheduler_runner_segments_total{mode="analysisOnly",status="succeeded"}',
    'scheduler_runner_images_total{mode="analysisOnly",delta="true"}',
    'scheduler_runner_delta_total{mode="analysisOnly"}',
    'scheduler_runner_delta_critical_total{mode="analysisOnly"}',
    'scheduler_runner_delta_high_total{mode="analysisOnly"}',
    'scheduler_runner_delta_kev_total{mode="analysisOnly"}',
    'scheduler_jobs_parked_total{kind="scan",reason="permanent"}',
    "scheduler_jobs_parked_waiting{}",
    'scheduler_run_duration_seconds_count{mode="analysisOnly",result="completed"}',
    'scheduler_runs_active{mode="analysisOnly"}',
    'scheduler_runner_backlog{mode="analysisOnly",schedule="sch_1"}',
    'scheduler_workers{pool="default",state="active"}',
    'scheduler_queue_rebuilds_total{cause="restart"}',
  ]);
});
