import { Counter, Gauge, Histogram } from "prom-client";
import type { MetricsRegistry } from "./registry.ts";

/** How the mode of a run is written in labels. */
export const modeLabels = { "analysis-only": "analysisOnly", "content-refresh": "contentRefresh" } as const;

export type ModeLabel = (typeof modeLabels)[keyof typeof modeLabels];

/**
 * The scheduler's metrics, by the names that dashboards know. Labels hold modes, states, pools and schedule ids; never
 * tenants' names, digests or secrets.
 */
export interface SchedulerMetrics {
  /** Runs planned, by mode and how planning ended. */
  readonly plannerRuns: Counter<"mode" | "status">;
  /** Seconds that planning a run took. */
  readonly plannerLatencySeconds: Histogram;
  /** Segments (jobs) settled, by mode and outcome. */
  readonly runnerSegments: Counter<"mode" | "status">;
  /** Images settled, by mode and whether they have a delta (`true`, `false`). */
  readonly runnerImages: Counter<"mode" | "delta">;
  /** New findings in deltas: all, critical, high, and those known to be exploited. */
  readonly runnerDelta: Counter<"mode">;
  readonly runnerDeltaCritical: Counter<"mode">;
  readonly runnerDeltaHigh: Counter<"mode">;
  readonly runnerDeltaKev: Counter<"mode">;
  /** Jobs given up, by kind and reason. */
  readonly jobsParked: Counter<"kind" | "reason">;
  /** Parked jobs that wait for an operator, up to 100,000. */
  readonly jobsParkedWaiting: Gauge;
  /** Seconds from creation to the end of a run, by mode and result. */
  readonly runDurationSeconds: Histogram<"mode" | "result">;
  /** Runs that have not ended. */
  readonly runsActive: Gauge<"mode">;
  /** Images that wait in a schedule's runs. */
  readonly runnerBacklog: Gauge<"mode" | "schedule">;
  /** Workers that did not leave, by pool and state (`active`, `draining`, `lost`). */
  readonly workers: Gauge<"pool" | "state">;
  /** How often the queue was lost and built anew: its server restarted, or its keys were gone (`epoch`). */
  readonly queueRebuilds: Counter<"cause">;
}

/** Registers the scheduler's metrics. Call once for each registry. */
export function createSchedulerMetrics(registry: MetricsRegistry): SchedulerMetrics {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  return {
    plannerRuns: counter("scheduler_planner_runs_total", "Runs planned.", ["mode", "status"]),
    plannerLatencySeconds: new Histogram({
      name: "scheduler_planner_latency_seconds",
      help: "Seconds that planning a run took.",
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    runnerSegments: counter("scheduler_runner_segments_total", "Segments settled.", ["mode", "status"]),
    runnerImages: counter("scheduler_runner_images_total", "Images settled.", ["mode", "delta"]),
    runnerDelta: counter("scheduler_runner_delta_total", "New findings in deltas.", ["mode"]),
    runnerDeltaCritical: counter(
      "scheduler_runner_delta_critical_total",
      "New critical findings in deltas.",
      ["mode"],
    ),
    runnerDeltaHigh: counter(
      "scheduler_runner_delta_high_total",
      "New findings of high severity in deltas.",
      ["mode"],
    ),
    runnerDeltaKev: counter(
      "scheduler_runner_delta_kev_total",
      "New findings in deltas that are known to be exploited.",
      ["mode"],
    ),
    jobsParked: counter("scheduler_jobs_parked_total", "Jobs parked.", ["kind", "reason"]),
    jobsParkedWaiting: new Gauge({
      name: "scheduler_jobs_parked_waiting",
      help: "Parked jobs that nobody has driven again, up to 100,000.",
      registers,
    }),
    runDurationSeconds: new Histogram({
      name: "scheduler_run_duration_seconds",
      help: "Seconds from creation to the end of a run.",
      labelNames: ["mode", "result"],
      buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400],
      registers,
    }),
    runsActive: new Gauge({
      name: "scheduler_runs_active",
      help: "Runs that have not ended.",
      labelNames: ["mode"],
      registers,
    }),
    runnerBacklog: new Gauge({
      name: "scheduler_runner_backlog",
      help: "Images that wait in a schedule's runs.",
      labelNames: ["mode", "schedule"],
      registers,
    }),
    workers: new Gauge({
      name: "scheduler_workers",
      help: "Workers that did not leave, by state.",
      labelNames: ["pool", "state"],
      registers,
    }),
    queueRebuilds: counter("scheduler_queue_rebuilds_total", "Queues lost and built anew from PostgreSQL.", [
      "cause",
    ]),
  };
}
