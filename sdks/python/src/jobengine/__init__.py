"""Write workers for JobEngine.

A worker is a handler for each kind of job::

    from jobengine import Worker

    worker = Worker(api_url=..., worker_key=..., kinds={"greet": greet})
    worker.run()
"""

from ._artifacts import Artifact, ArtifactSource
from ._context import ApiClient, JobContext, SyncApiClient, SyncJobContext
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
from ._version import __version__
from ._worker import Worker

__all__ = [
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
    "StopReason",
    "SyncApiClient",
    "SyncHandler",
    "SyncJobContext",
    "Worker",
    "WorkerRefused",
    "__version__",
]
