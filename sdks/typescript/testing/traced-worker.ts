/** Runs in an empty project with OpenTelemetry's SDK; prints the spans and the metrics that it has seen. */
// @ts-nocheck: its packages are those of that project.
import { openTelemetryMetrics, openTelemetryTracing } from "@jobengine/worker/opentelemetry";
import { createWorker } from "@jobengine/worker";
import { context, metrics, propagation, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const spans = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

const worker = createWorker({
  apiUrl: process.env["JOBENGINE_API_URL"],
  workerKey: process.env["JOBENGINE_WORKER_KEY"],
  metrics: openTelemetryMetrics(),
  tracing: openTelemetryTracing(),
  kinds: {
    scan: async (job, { api }) => {
      if (job.id === "bad") throw new Error("it broke");
      await api.get(`/api/v1/of/${job.id}`);
    },
  },
});
await worker.run();

await reader.forceFlush();
const all = exporter
  .getMetrics()
  .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
const compare = (a, b) => (a < b ? -1 : 1);
const labelsOf = ({ dataPoints }) => [
  ...new Set(dataPoints.flatMap(({ attributes }) => Object.keys(attributes))),
];
const seen = spans.getFinishedSpans().map((span) => ({
  job: span.attributes["jobengine.job"],
  name: span.name,
  traceId: span.spanContext().traceId,
  spanId: span.spanContext().spanId,
  parentSpanId: span.parentSpanContext?.spanId,
  isError: span.status.code === SpanStatusCode.ERROR,
  exceptions: span.events.map(({ attributes }) => attributes["exception.message"]),
}));
process.stdout.write(
  JSON.stringify({
    spans: seen,
    metrics: Object.fromEntries(all.map((one) => [one.descriptor.name, labelsOf(one).sort(compare)])),
  }),
);
