"""The adapters over the real libraries, and the trace of a job without any."""

import json
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from jobengine import Job, JobContext, Metrics, SyncJobContext, TraceContext
from jobengine._tracing import trace_context_of
from jobengine.opentelemetry import OpenTelemetryMetrics, OpenTelemetryTracing
from jobengine.prometheus import PrometheusMetrics

from .engine import SDKS, Engine

NAMES: dict[str, dict[str, list[str]]] = json.loads((SDKS / "conformance/metrics.json").read_text())
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
PAYLOAD = {"trace": {"traceparent": PARENT, "tracestate": "congo=1"}}


def tell_all(metrics: Metrics) -> None:
    metrics.registered()
    metrics.job_started("scan")
    metrics.job_ended("scan", "failed", "transient", 0.5)
    metrics.beat(0.001, True)
    metrics.outcomes_sent("accepted", 3)
    metrics.queue_failed()


def test_prometheus_shows_the_documented_names_and_labels() -> None:
    registry = CollectorRegistry()
    tell_all(PrometheusMetrics(registry))
    shown: dict[str, list[str]] = {}
    for family in registry.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels}
        shown[name] = sorted(labels - {"le"})
    assert shown == NAMES["prometheus"]
    ended = {"kind": "scan", "end": "failed", "error_class": "transient"}
    assert registry.get_sample_value("jobengine_worker_jobs_total", ended) == 1
    assert registry.get_sample_value("jobengine_worker_jobs_running", {"kind": "scan"}) == 0
    assert registry.get_sample_value("jobengine_worker_outcomes_total", {"verdict": "accepted"}) == 3


def test_opentelemetry_shows_the_documented_names_and_labels() -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    tell_all(OpenTelemetryMetrics(provider.get_meter("test")))
    data: Any = reader.get_metrics_data()
    shown = {
        metric.name: sorted({label for point in metric.data.data_points for label in point.attributes})
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    provider.shutdown()
    assert shown == NAMES["opentelemetry"]


async def asynchronous(job: Job, context: JobContext) -> object:
    if job.id == "bad":
        raise LookupError("it broke")
    await context.api.get(f"/api/v1/of/{job.id}")
    return None if job.trace_context is None else job.trace_context.traceparent


def synchronous(job: Job, context: SyncJobContext) -> object:
    if job.id == "bad":
        raise LookupError("it broke")
    context.api.get(f"/api/v1/of/{job.id}")
    return None if job.trace_context is None else job.trace_context.traceparent


@pytest.mark.parametrize("handler", [asynchronous, synchronous])
def test_spans_go_on_with_the_trace_of_the_job(engine: Engine, handler: Any) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    engine.enqueue("good", payload=PAYLOAD)
    engine.enqueue("bad")
    engine.work({"scan": handler}, tracing=OpenTelemetryTracing(provider.get_tracer("test")))
    engine.results(2)
    seen: dict[Any, Any] = {}
    for span in spans.get_finished_spans():
        seen[(span.attributes or {}).get("jobengine.job")] = span
    good, bad = seen["good"], seen["bad"]
    assert (good.name, format(good.parent.span_id, "016x")) == ("job scan", "00f067aa0ba902b7")
    assert format(good.context.trace_id, "032x") == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert engine.traces["/api/v1/of/good"] == f"00-{good.context.trace_id:032x}-{good.context.span_id:016x}-01"
    assert bad.parent is None
    assert not bad.status.is_ok
    assert bad.events[0].attributes["exception.message"] == "it broke"


@pytest.mark.parametrize("handler", [asynchronous, synchronous])
def test_without_an_adapter_the_trace_goes_with_the_calls_as_it_came(engine: Engine, handler: Any) -> None:
    engine.enqueue("a", payload=PAYLOAD)
    engine.work({"scan": handler})
    assert engine.results(1)[0].outcome["result"] == PARENT
    assert engine.traces["/api/v1/of/a"] == PARENT


@pytest.mark.parametrize(
    ("payload", "trace"),
    [
        (PAYLOAD, TraceContext(PARENT, "congo=1")),
        ({"trace": {"traceparent": PARENT, "tracestate": "\n"}}, TraceContext(PARENT)),
        ({"trace": {"traceparent": "nonsense"}}, None),
        ({"trace": {"traceparent": 7}}, None),
        ({"trace": 7}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_trace_of_a_payload(payload: Any, trace: TraceContext | None) -> None:
    assert trace_context_of(payload) == trace
