"""Write workers for JobEngine.

A worker is a handler for each kind of job::

    from jobengine import Worker

    worker = Worker(api_url=..., worker_key=..., kinds={"greet": greet})
    worker.run()
"""

from ._api_client import ApiClient, SyncApiClient
from ._artifacts import Artifact, ArtifactSource
from ._context import JobContext, SyncJobContext
from ._errors import (
    ApiError,
    DependencyDown,
    InvalidInput,
    JobEngineError,
    JobFailure,
    JobStopped,
    Permanent,
    RetryAfter,
    StopReason,
    WorkerRefused,
)
from ._handler import AsyncHandler, Handler, Handlers, SyncHandler
from ._job import Job
from ._metrics import Ending, Metrics, NoMetrics
from ._outcome import Incomplete
from ._seen_keys import SeenKeys
from ._time_windows import TimeWindow, time_windows
from ._tracing import TraceContext, Tracing
from ._version import __version__
from ._watermark import Advance, SyncWatermark, Watermark
from ._worker import Worker

__all__ = [
    "Advance",
    "ApiClient",
    "ApiError",
    "Artifact",
    "ArtifactSource",
    "AsyncHandler",
    "DependencyDown",
    "Ending",
    "Handler",
    "Handlers",
    "Incomplete",
    "InvalidInput",
    "Job",
    "JobContext",
    "JobEngineError",
    "JobFailure",
    "JobStopped",
    "Metrics",
    "NoMetrics",
    "Permanent",
    "RetryAfter",
    "SeenKeys",
    "StopReason",
    "SyncApiClient",
    "SyncHandler",
    "SyncJobContext",
    "SyncWatermark",
    "TimeWindow",
    "TraceContext",
    "Tracing",
    "Watermark",
    "Worker",
    "WorkerRefused",
    "__version__",
    "time_windows",
]
