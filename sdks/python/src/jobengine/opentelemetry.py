"""Counts and traces what a worker does with OpenTelemetry; install ``jobengine[opentelemetry]``.

It speaks to the API alone; which SDK and exporter stand behind it is the program's affair.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final

from opentelemetry import metrics, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ._job import Job
from ._metrics import Ending

__all__ = ["OpenTelemetryMetrics", "OpenTelemetryTracing"]

_SCOPE: Final = "jobengine"
#: The engine speaks W3C Trace Context, whatever else the program propagates.
_PROPAGATOR: Final = TraceContextTextMapPropagator()


class OpenTelemetryMetrics:
    """Give it to any number of workers. The names stand in sdks/METRICS.md.

    :param meter: That of the global provider by default.
    """

    def __init__(self, meter: metrics.Meter | None = None) -> None:
        own = meter or metrics.get_meter(_SCOPE)
        self._registrations = own.create_counter(
            "jobengine.worker.registrations",
            description="Registrations; more than one means that the queue was lost.",
        )
        self._running = own.create_up_down_counter(
            "jobengine.worker.jobs.running", description="Jobs whose handler runs."
        )
        self._ended = own.create_counter("jobengine.worker.jobs", description="Jobs that ended.")
        self._durations = own.create_histogram(
            "jobengine.worker.job.duration",
            unit="s",
            description="How long jobs took in this worker.",
            explicit_bucket_boundaries_advisory=[0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800],
        )
        self._beats = own.create_histogram(
            "jobengine.worker.beat.duration",
            unit="s",
            description="How long heartbeats took.",
            explicit_bucket_boundaries_advisory=[0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
        )
        self._outcomes = own.create_counter(
            "jobengine.worker.outcomes", description="Verdicts of the queue on outcomes."
        )
        self._failures = own.create_counter(
            "jobengine.worker.queue.failures",
            description="Calls to the queue that failed and were tried again.",
        )

    def registered(self) -> None:
        """Counts a registration."""
        self._registrations.add(1)

    def job_started(self, kind: str, /) -> None:
        """Counts a job that runs."""
        self._running.add(1, {"kind": kind})

    def job_ended(self, kind: str, ending: Ending, error_class: str, seconds: float, /) -> None:
        """Counts a job that ended and how long it took."""
        self._running.add(-1, {"kind": kind})
        self._ended.add(1, {"kind": kind, "end": ending, "error_class": error_class})
        self._durations.record(seconds, {"kind": kind})

    def beat(self, seconds: float, answered: bool, /) -> None:
        """Counts a heartbeat and how long it took."""
        self._beats.record(seconds, {"answered": str(answered).lower()})

    def outcomes_sent(self, verdict: str, count: int, /) -> None:
        """Counts verdicts of the queue."""
        self._outcomes.add(count, {"verdict": verdict})

    def queue_failed(self) -> None:
        """Counts a call to the queue that is tried again."""
        self._failures.add(1)


class OpenTelemetryTracing:
    """One span for each job, a child of the trace that asked for it.

    It is the current one while the handler runs, and the parent of what the engine's API does for the job.

    :param tracer: That of the global provider by default.
    """

    def __init__(self, tracer: trace.Tracer | None = None) -> None:
        self._tracer = tracer or trace.get_tracer(_SCOPE)

    def span(self, job: Job, /) -> AbstractContextManager[object]:
        """Starts the span of a job."""
        carrier = {} if job.trace_context is None else job.trace_context.headers()
        return self._tracer.start_as_current_span(
            f"job {job.kind}",
            context=_PROPAGATOR.extract(carrier),
            kind=trace.SpanKind.CONSUMER,
            attributes={
                "jobengine.kind": job.kind,
                "jobengine.job": job.id,
                "jobengine.run": job.run,
                "jobengine.attempt": job.attempt,
            },
        )

    def headers(self, job: Job, /) -> Mapping[str, str]:
        """Those of the current span; of the job's trace where there is none."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        if not carrier and job.trace_context is not None:
            return job.trace_context.headers()
        return carrier
