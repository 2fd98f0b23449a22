"""What a handler sees of its job."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from ._tracing import TraceContext, trace_context_of
from ._wire import ClaimedJob


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt of one job, as it was claimed."""

    id: str
    attempt: int
    kind: str
    #: ``interactive``, ``event``, ``scheduled`` or ``backfill``.
    job_class: str
    tenant: str
    run: str
    #: The parsed JSON payload; its shape is the kind's business: check it.
    payload: Any
    #: What it shares with other jobs, say a registry host; empty when nothing.
    concurrency_key: str = ""
    #: The trace of whoever asked for the work, if there is one.
    trace_context: TraceContext | None = None


def to_job(claimed: ClaimedJob) -> Job:
    """Raises ValueError when the payload is not JSON."""
    try:
        payload = json.loads(claimed.payload.decode("utf-8"), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return Job(
        id=claimed.job,
        attempt=claimed.attempt,
        kind=claimed.kind,
        job_class=claimed.job_class,
        tenant=claimed.tenant,
        run=claimed.run,
        payload=payload,
        concurrency_key=claimed.concurrency_key,
        trace_context=trace_context_of(payload),
    )


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")
