/**
 * Adapters for OpenTelemetry: `import { … } from "@jobengine/worker/opentelemetry"`. They speak to the API alone;
 * which SDK and exporter stand behind it is the program's affair.
 */
import {
  context,
  type Meter,
  metrics as globalMetrics,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Metrics } from "./metrics.ts";
import { Incomplete } from "./outcome-words.ts";
import type { Tracing } from "./tracing.ts";

const scope = "@jobengine/worker";

/** Counts what a worker does with a meter, that of the global provider when none is given. */
export function openTelemetryMetrics(meter: Meter = globalMetrics.getMeter(scope)): Metrics {
  const registrations = meter.createCounter("jobengine.worker.registrations", {
    description: "Registrations; more than one means that the queue was lost.",
  });
  const running = meter.createUpDownCounter("jobengine.worker.jobs.running", {
    description: "Jobs whose handler runs.",
  });
  const ended = meter.createCounter("jobengine.worker.jobs", { description: "Jobs that ended." });
  const durations = meter.createHistogram("jobengine.worker.job.duration", {
    unit: "s",
    description: "How long jobs took in this worker.",
    advice: { explicitBucketBoundaries: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800] },
  });
  const beats = meter.createHistogram("jobengine.worker.beat.duration", {
    unit: "s",
    description: "How long heartbeats took.",
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10] },
  });
  const outcomes = meter.createCounter("jobengine.worker.outcomes", {
    description: "Verdicts of the queue on outcomes.",
  });
  const failures = meter.createCounter("jobengine.worker.queue.failures", {
    description: "Calls to the queue that failed and were tried again.",
  });
  return {
    registered: () => registrations.add(1),
    jobStarted: (kind) => running.add(1, { kind }),
    jobEnded(kind, end, errorClass, seconds) {
      running.add(-1, { kind });
      ended.add(1, { kind, end, error_class: errorClass });
      durations.record(seconds, { kind });
    },
    beat: (seconds, isAnswered) => beats.record(seconds, { answered: String(isAnswered) }),
    outcomesSent: (verdict, count) => outcomes.add(count, { verdict }),
    queueFailed: () => failures.add(1),
  };
}

/**
 * One span for each job, a child of the trace that asked for it; it is the active one while the handler runs, and
 * the parent of what the engine's API does for the job.
 */
export function openTelemetryTracing(tracer: Tracer = trace.getTracer(scope)): Tracing {
  return {
    async run(job, handle) {
      const parent = propagation.extract(context.active(), { ...job.traceContext });
      const attributes = {
        "jobengine.kind": job.kind,
        "jobengine.job": job.id,
        "jobengine.run": job.run,
        "jobengine.attempt": job.attempt,
      };
      const options = { kind: SpanKind.CONSUMER, attributes };
      return await tracer.startActiveSpan(`job ${job.kind}`, options, parent, async (span) => {
        try {
          const value = await handle();
          if (value instanceof Incomplete) span.setAttribute("jobengine.incomplete", value.reason);
          return value;
        } catch (error) {
          span.recordException(error instanceof Error ? error : String(error));
          span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    headers(job) {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      return "traceparent" in carrier ? carrier : { ...job.traceContext };
    },
  };
}
