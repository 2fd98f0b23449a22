"""Counts what a worker does with ``prometheus-client``; install ``jobengine[prometheus]``."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from ._metrics import Ending

__all__ = ["PrometheusMetrics"]


class PrometheusMetrics:
    """Give it to any number of workers. The names stand in sdks/METRICS.md.

    :param registry: Where the metrics are shown; the library's own by default.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._registrations = Counter(
            "jobengine_worker_registrations",
            "Registrations; more than one means that the queue was lost.",
            registry=registry,
        )
        self._running = Gauge(
            "jobengine_worker_jobs_running", "Jobs whose handler runs.", ["kind"], registry=registry
        )
        self._ended = Counter(
            "jobengine_worker_jobs", "Jobs that ended.", ["kind", "end", "error_class"], registry=registry
        )
        self._durations = Histogram(
            "jobengine_worker_job_duration_seconds",
            "How long jobs took in this worker.",
            ["kind"],
            registry=registry,
            buckets=(0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800),
        )
        self._beats = Histogram(
            "jobengine_worker_beat_duration_seconds",
            "How long heartbeats took.",
            ["answered"],
            registry=registry,
            buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10),
        )
        self._outcomes = Counter(
            "jobengine_worker_outcomes", "Verdicts of the queue on outcomes.", ["verdict"], registry=registry
        )
        self._failures = Counter(
            "jobengine_worker_queue_failures",
            "Calls to the queue that failed and were tried again.",
            registry=registry,
        )

    def registered(self) -> None:
        """Counts a registration."""
        self._registrations.inc()

    def job_started(self, kind: str, /) -> None:
        """Counts a job that runs."""
        self._running.labels(kind).inc()

    def job_ended(self, kind: str, ending: Ending, error_class: str, seconds: float, /) -> None:
        """Counts a job that ended and how long it took."""
        self._running.labels(kind).dec()
        self._ended.labels(kind, ending, error_class).inc()
        self._durations.labels(kind).observe(seconds)

    def beat(self, seconds: float, answered: bool, /) -> None:
        """Counts a heartbeat and how long it took."""
        self._beats.labels(str(answered).lower()).observe(seconds)

    def outcomes_sent(self, verdict: str, count: int, /) -> None:
        """Counts verdicts of the queue."""
        self._outcomes.labels(verdict).inc(count)

    def queue_failed(self) -> None:
        """Counts a call to the queue that is tried again."""
        self._failures.inc()
