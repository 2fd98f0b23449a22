/** An adapter for prom-client: `import { prometheusMetrics } from "@jobengine/worker/prometheus"`. */
import { Counter, Gauge, Histogram, register as defaultRegistry, type Registry } from "prom-client";
import type { Metrics } from "./metrics.ts";

/** Counts what a worker does in a registry, prom-client's own when none is given. Several workers may share it. */
export function prometheusMetrics(registry: Registry = defaultRegistry): Metrics {
  const registers = [registry];
  const registrations = new Counter({
    name: "jobengine_worker_registrations_total",
    help: "Registrations; more than one means that the queue was lost.",
    registers,
  });
  const running = new Gauge({
    name: "jobengine_worker_jobs_running",
    help: "Jobs whose handler runs.",
    labelNames: ["kind"] as const,
    registers,
  });
  const ended = new Counter({
    name: "jobengine_worker_jobs_total",
    help: "Jobs that ended.",
    labelNames: ["kind", "end", "error_class"] as const,
    registers,
  });
  const durations = new Histogram({
    name: "jobengine_worker_job_duration_seconds",
    help: "How long jobs took in this worker.",
    labelNames: ["kind"] as const,
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800],
    registers,
  });
  const beats = new Histogram({
    name: "jobengine_worker_beat_duration_seconds",
    help: "How long heartbeats took.",
    labelNames: ["answered"] as const,
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers,
  });
  const outcomes = new Counter({
    name: "jobengine_worker_outcomes_total",
    help: "Verdicts of the queue on outcomes.",
    labelNames: ["verdict"] as const,
    registers,
  });
  const failures = new Counter({
    name: "jobengine_worker_queue_failures_total",
    help: "Calls to the queue that failed and were tried again.",
    registers,
  });
  return {
    registered: () => registrations.inc(),
    jobStarted: (kind) => running.inc({ kind }),
    jobEnded(kind, end, errorClass, seconds) {
      running.dec({ kind });
      ended.inc({ kind, end, error_class: errorClass });
      durations.observe({ kind }, seconds);
    },
    beat: (seconds, isAnswered) => beats.observe({ answered: String(isAnswered) }, seconds),
    outcomesSent: (verdict, count) => outcomes.inc({ verdict }, count),
    queueFailed: () => failures.inc(),
  };
}
