"""The exceptions of the SDK, drawn once::

    JobEngineError
    ├── JobFailure          raised by a handler to say why its job failed
    │   ├── RetryAfter      failed: rate_limited
    │   ├── DependencyDown  failed: dependency_down
    │   ├── InvalidInput    failed: input_invalid
    │   └── Permanent       failed: permanent
    ├── JobStopped          raised in a synchronous handler that was told to stop
    ├── ApiError            the engine's API answered with an error
    └── WorkerRefused       the engine will not have this worker

Any other exception of a handler is ``failed: transient``.
"""

from typing import ClassVar, Literal

from ._limits import MAX_RETRY_AFTER_SECONDS

#: What a worker can say about a failure; ``crash`` is missing because only the queue can say it.
ErrorClass = Literal["transient", "rate_limited", "dependency_down", "permanent", "input_invalid"]

#: Why a job was stopped. ``cancel``: the engine wants it stopped (its run was cancelled, or it is past its
#: wall clock). ``lost``: the lease is gone, nothing that the handler still does will count. ``shutdown``: the
#: worker is leaving and gives the job back.
StopReason = Literal["cancel", "lost", "shutdown"]


class JobEngineError(Exception):
    """The base of every exception that this SDK raises."""


class JobFailure(JobEngineError):
    """The base of the typed failures. ``code`` is a short stable word by which failures are grouped."""

    error_class: ClassVar[ErrorClass] = "transient"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class RetryAfter(JobFailure):
    """Come back after this many seconds: a quota is spent, a server said 429."""

    error_class = "rate_limited"

    def __init__(self, seconds: float, message: str | None = None, *, code: str | None = None) -> None:
        if not seconds >= 0:
            raise ValueError("RetryAfter takes seconds, 0 or more.")
        super().__init__(message or f"Try again after {seconds:g} s.", code=code)
        self.seconds = min(seconds, MAX_RETRY_AFTER_SECONDS)


class DependencyDown(JobFailure):
    """Something that the worker needs cannot be reached."""

    error_class = "dependency_down"


class InvalidInput(JobFailure):
    """The job's input is at fault; no further try is made."""

    error_class = "input_invalid"


class Permanent(JobFailure):
    """No further try will help."""

    error_class = "permanent"


class JobStopped(JobEngineError):
    """The job was told to stop; ``reason`` says why."""

    def __init__(self, reason: StopReason) -> None:
        super().__init__(f"The job was stopped: {reason}.")
        self.reason = reason


class ApiError(JobEngineError):
    """The engine's API answered with an error that another try would not change."""

    def __init__(self, method: str, path: str, status: int, detail: str) -> None:
        super().__init__(f"{method} {path} answered {status}{f': {detail}' if detail else ''}")
        self.status = status
        self.code = f"API_{status}"


class WorkerRefused(JobEngineError):
    """The engine refused this worker for good: its key is wrong or revoked, or they share no protocol."""
