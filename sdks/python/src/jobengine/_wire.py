"""What the worker's functions of the queue answer."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job as ``je_claim`` hands it out."""

    job: str
    attempt: int
    lease: int
    kind: str
    job_class: str
    tenant: str
    run: str
    wall_clock_ms: int
    #: JSON text, or whatever somebody enqueued.
    payload: bytes
    concurrency_key: str = ""


@dataclass(frozen=True, slots=True)
class ClaimReply:
    word: str
    retry_after_seconds: float
    lease_seconds: float
    beat_seconds: float
    jobs: list[ClaimedJob]
    #: How long the call waited for work: the leases began no earlier than so long after it was sent.
    waited_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class BeatReply:
    word: str
    lease_seconds: float
    beat_seconds: float
    verdicts: list[str]


def parse_claim(reply: Any) -> ClaimReply:
    word, retry_after_ms, lease_ms, beat_ms, jobs = reply[:5]
    return ClaimReply(
        word=text(word),
        retry_after_seconds=int(retry_after_ms) / 1_000,
        lease_seconds=int(lease_ms) / 1_000,
        beat_seconds=int(beat_ms) / 1_000,
        jobs=[_parse_job(job) for job in jobs],
    )


def parse_beat(reply: Any) -> BeatReply:
    word, lease_ms, beat_ms, verdicts = reply[:4]
    return BeatReply(
        word=text(word),
        lease_seconds=int(lease_ms) / 1_000,
        beat_seconds=int(beat_ms) / 1_000,
        verdicts=parse_words(verdicts),
    )


def parse_words(reply: Any) -> list[str]:
    return [text(word) for word in reply]


def text(value: Any) -> str:
    """Ids and words are ASCII by the protocol; anything else is kept readable, never an error."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _parse_job(raw: Any) -> ClaimedJob:
    job, attempt, lease, kind, job_class, tenant, run, wall_clock_ms, payload, *more = raw
    return ClaimedJob(
        job=text(job),
        attempt=int(attempt),
        lease=int(lease),
        kind=text(kind),
        job_class=text(job_class),
        tenant=text(tenant),
        run=text(run),
        wall_clock_ms=int(wall_clock_ms),
        payload=payload if isinstance(payload, bytes) else str(payload).encode(),
        concurrency_key=text(more[0]) if more else "",
    )
