"""Small parts, each for itself."""

import asyncio
import dataclasses
import functools
import json
from typing import Any

import pytest
from valkey._parsers.base import BaseParser
from valkey.exceptions import ConnectionError as Broken
from valkey.exceptions import TimeoutError as Late

from jobengine import InvalidInput, Job, JobContext, NoMetrics, SyncJobContext, Worker
from jobengine._backoff import backoff_seconds
from jobengine._hand import Hand
from jobengine._handler import as_async
from jobengine._job import to_job
from jobengine._log import Log, logger
from jobengine._mailbox import Mailbox
from jobengine._metrics import GuardedMetrics
from jobengine._progress import progress_text
from jobengine._queue_errors import QueueAway, QueueLost
from jobengine._registration import retry_after_of
from jobengine._settler import Pending, next_batch
from jobengine._valkey_errors import to_queue_error
from jobengine._wire import ClaimedJob, parse_beat, parse_claim

parse_error: Any = BaseParser.parse_error
KEY = f"wk_{'0' * 16}_{'0' * 64}"


def claimed(payload: bytes = b"{}", job: str = "a") -> ClaimedJob:
    return ClaimedJob(job, 1, 7, "scan", "event", "acme", "run_1", 1_000, payload)


def hand(job: str = "a") -> Hand:
    return Hand(claimed(job=job), 0, lambda _: None)


async def asynchronous(job: Job, context: JobContext) -> None: ...


def synchronous(job: Job, context: SyncJobContext) -> None: ...


class Callable_:
    async def __call__(self, job: Job, context: JobContext) -> None: ...


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"api_url": "jobs.example.com"}, "api_url"),
        ({"worker_key": "wk_1"}, "worker_key"),
        ({"kinds": {}}, "1 to 32"),
        ({"kinds": {"a b": synchronous}}, "a b"),
        ({"kinds": {"a": 1}}, "cannot be called"),
        ({"kinds": {str(i): synchronous for i in range(33)}}, "1 to 32"),
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 1_001}, "concurrency"),
        ({"concurrency": 1.5}, "concurrency"),
        ({"drain_grace_seconds": -1}, "drain_grace_seconds"),
    ],
)
def test_a_wrong_option_is_named(change: dict[str, Any], what: str) -> None:
    options: dict[str, Any] = {"api_url": "http://x", "worker_key": KEY, "kinds": {"a": asynchronous}}
    with pytest.raises(ValueError, match=what):
        Worker(**{**options, **change})


def test_which_handlers_are_asynchronous() -> None:
    assert as_async(asynchronous) is asynchronous
    assert as_async(Callable_()) is not None
    assert as_async(functools.partial(asynchronous)) is not None
    assert as_async(synchronous) is None
    assert as_async(functools.partial(synchronous)) is None


@pytest.mark.parametrize("payload", [b"", b"{", b"NaN", b"\xff", "{}".encode("utf-16"), b"[" * 2_000])
def test_what_is_not_json(payload: bytes) -> None:
    with pytest.raises(ValueError):
        to_job(claimed(payload))


def test_the_first_reason_to_stop_stays_unless_the_job_is_gone() -> None:
    seen: list[str] = []
    one = hand()
    one.on_stop(seen.append)
    for reason in ("cancel", "cancel", "lost", "shutdown", "cancel"):
        one.stop(reason)
    assert (seen, one.stop_reason, one.stop_event.is_set()) == (["cancel", "lost"], "lost", True)


def test_progress_stays_below_512_bytes_and_keeps_what_it_must() -> None:
    text = progress_text(1, 4, "p" * 99, "ü" * 9_999)
    assert json.loads(text) == {"done": 1, "total": 4, "phase": "p" * 64}
    assert json.loads(progress_text(1, None, None, "hello")) == {"done": 1, "message": "hello"}
    assert len(progress_text(1, 2, "ü" * 64, "m" * 256)) <= 512
    for wrong in ("1", True, float("nan")):
        with pytest.raises((TypeError, ValueError)):
            progress_text(wrong, None, None, None)  # type: ignore[arg-type]


def test_progress_that_was_not_sent_is_kept_unless_there_is_newer() -> None:
    one = hand()
    one.set_progress(b"1")
    taken = one.take_progress()
    one.restore_progress(taken)
    assert one.take_progress() == b"1"
    one.set_progress(b"2")
    one.restore_progress(b"1")
    assert (one.take_progress(), one.take_progress()) == (b"2", b"")


def test_a_batch_is_bounded_in_items_and_bytes() -> None:
    assert len(next_batch([Pending(hand(), b"{}")] * 300)) == 200
    assert len(next_batch([Pending(hand(), b"x" * 60_000)] * 300)) == 16
    assert len(next_batch([Pending(hand(), b"x" * 2_000_000)] * 2)) == 1


def test_backoff_doubles_with_jitter_up_to_its_most() -> None:
    for failures in range(2_000):
        ceiling = min(10.0, 0.1 * 2.0 ** min(failures, 20))
        assert ceiling / 2 <= backoff_seconds(failures, 0.1, 10.0) <= ceiling


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), ("0", None), ("-1", None), ("soon", None), ("9" * 400, None), ("²", None)]
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after_of({"retry-after": value}) == seconds


def test_replies_may_grow() -> None:
    job = [b"a", 1, 7, b"scan", b"event", b"acme", b"run_1", 1_000, b"{}", b"hub", b"later"]
    reply = parse_claim([b"ok", 5, 60_000, 15_000, [job], b"later"])
    assert (reply.word, reply.retry_after_seconds, reply.lease_seconds) == ("ok", 0.005, 60)
    assert reply.jobs == [dataclasses.replace(claimed(), concurrency_key="hub")]
    assert parse_beat([b"drain", 1, 1, [b"cancel"], 1]).verdicts == ["cancel"]


def test_how_replies_are_sorted() -> None:

    parsed = {
        text: type(to_queue_error(parse_error(text)))
        for text in (
            "WRONG_EPOCH the queue is not open in this epoch",
            "NOAUTH Authentication required.",
            "WRONGPASS invalid username-password pair or user is disabled.",
            "NOPERM User x has no permissions",
            "ERR Function not found",
            "OOM command not allowed",
            "LOADING server is loading",
            "BUSY a script is running",
            "READONLY You can't write against a read only replica.",
        )
    }
    assert list(parsed.values()) == [QueueLost] * 5 + [QueueAway] * 4
    for error in (Broken("gone"), Late("late"), OSError(), EOFError(), asyncio.TimeoutError()):
        assert isinstance(to_queue_error(error), QueueAway)
    bug = parse_error("BAD_ARGUMENT kind")
    assert to_queue_error(bug) is bug


def test_a_mailbox_wakes_its_loop_once_for_many_items() -> None:
    async def play() -> tuple[list[int], int]:
        taken: list[int] = []
        loop = asyncio.get_running_loop()
        wakes = 0

        class Counting:
            def call_soon_threadsafe(self, call: Any) -> None:
                nonlocal wakes
                wakes += 1
                loop.call_soon_threadsafe(call)

        box: Mailbox[int] = Mailbox(Counting(), taken.append)  # type: ignore[arg-type]
        for i in range(100):
            box.post(i)
        await asyncio.sleep(0.01)
        return taken, wakes

    assert asyncio.run(play()) == (list(range(100)), 1)


def test_metrics_that_raise_are_switched_off() -> None:
    class Broken(NoMetrics):
        calls = 0

        def job_started(self, kind: str, /) -> None:
            Broken.calls += 1
            raise InvalidInput("no")

    metrics = GuardedMetrics(Broken(), Log(logger))
    metrics.job_started("a")
    metrics.job_started("a")
    assert Broken.calls == 1
