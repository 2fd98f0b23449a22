"""Where the trace of whoever asked for the work goes on."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from ._job import Job

_PARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_STATE: Final = re.compile(r"[\x20-\x7e]{1,512}")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The headers of W3C Trace Context."""

    traceparent: str
    tracestate: str | None = None

    def headers(self) -> dict[str, str]:
        """As they are sent."""
        state = {} if self.tracestate is None else {"tracestate": self.tracestate}
        return {"traceparent": self.traceparent, **state}


class Tracing(Protocol):
    """Carries traces: a part of the trace for each job, and what the worker's calls to the API say of it."""

    def span(self, job: "Job", /) -> AbstractContextManager[object]:
        """Entered while the handler runs, in its task or thread."""

    def headers(self, job: "Job", /) -> Mapping[str, str]:
        """The headers for a call of the job to the engine's API."""


class PassOn:
    """Starts no part of its own and passes the job's trace on as it came."""

    def span(self, _job: "Job", /) -> AbstractContextManager[object]:
        return nullcontext()

    def headers(self, job: "Job", /) -> Mapping[str, str]:
        return {} if job.trace_context is None else job.trace_context.headers()


def trace_context_of(payload: Any) -> TraceContext | None:
    """The trace in a job's payload; ``None`` when there is none, or none that can be read."""
    trace = payload.get("trace") if isinstance(payload, dict) else None
    if not isinstance(trace, dict):
        return None
    parent, state = trace.get("traceparent"), trace.get("tracestate")
    if not isinstance(parent, str) or _PARENT.fullmatch(parent) is None:
        return None
    is_state = isinstance(state, str) and _STATE.fullmatch(state) is not None
    return TraceContext(parent, state if is_state else None)
