"""What a worker does with its jobs."""

import asyncio
import hashlib
import io
import json
import threading
import time
from base64 import b64encode
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any, NoReturn

import pytest

from jobengine import (
    ApiError,
    DependencyDown,
    Ending,
    Handlers,
    Incomplete,
    InvalidInput,
    Job,
    JobContext,
    NoMetrics,
    Permanent,
    RetryAfter,
    SyncJobContext,
    WorkerRefused,
)

from .engine import Engine, outcomes, until


async def nothing(job: Job, context: JobContext) -> None:
    return None


def raising(error: BaseException, *, is_async: bool) -> Handlers:
    async def asynchronous(job: Job, context: JobContext) -> NoReturn:
        raise error

    def synchronous(job: Job, context: SyncJobContext) -> NoReturn:
        raise error

    return {"scan": asynchronous if is_async else synchronous}


def test_it_registers_with_what_it_is_and_settles_what_handlers_return(engine: Engine) -> None:
    async def scan(job: Job, context: JobContext) -> object:
        assert context.job is job
        return {"doubled": job.payload["n"] * 2, "thread": threading.current_thread().name}

    def sync(job: Job, context: SyncJobContext) -> object:
        return Incomplete("half", [job.id, job.attempt, job.kind, job.job_class, job.tenant, job.run])

    engine.enqueue("a", payload={"n": 20})
    engine.enqueue("b", kind="sync")
    engine.work({"scan": scan, "sync": sync}, build="b1", concurrency=3)
    by_job = {one.job: one for one in engine.results(2)}
    assert by_job["a"].outcome["status"] == "succeeded"
    assert by_job["a"].outcome["result"] == {"doubled": 40, "thread": "jobengine-handlers"}
    assert by_job["a"].outcome["durations"]["handlerMs"] >= 0
    assert by_job["b"].outcome["reason"] == "half"
    assert by_job["b"].outcome["result"] == ["b", 1, "sync", "scheduled", "acme", "run_1"]
    (registration,) = engine.registrations
    assert registration.pop("host")
    assert registration.pop("sdk")["language"] == "python"
    assert registration == {
        "protocolVersions": [1],
        "kinds": ["scan", "sync"],
        "build": "b1",
        "concurrency": 3,
    }


class Strange(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
@pytest.mark.parametrize(
    ("error", "error_class", "code"),
    [
        (RetryAfter(7), "rate_limited", None),
        (Permanent("no", code="X"), "permanent", "X"),
        (DependencyDown("away"), "dependency_down", None),
        (InvalidInput("bad"), "input_invalid", None),
        (LookupError("odd"), "transient", "LookupError"),
        (StopIteration(), "transient", "StopIteration"),
        (SystemExit(3), "transient", "SystemExit"),
        (Strange("deep"), "transient", "Strange"),
        (asyncio.CancelledError(), "transient", "CancelledError"),
        (GeneratorExit(), "transient", "GeneratorExit"),
        (RecursionError("deep"), "transient", "RecursionError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_a_handler_raises_is_its_outcome_and_the_worker_goes_on(
    engine: Engine, is_async: bool, error: BaseException, error_class: str, code: str | None
) -> None:
    engine.enqueue("a", "b")
    running = engine.work(raising(error, is_async=is_async), concurrency=1)
    for outcome in outcomes(engine.results(2)):
        assert outcome["status"] == "failed"
        # A StopIteration that leaves a coroutine is made a RuntimeError by the interpreter.
        expected = "RuntimeError" if is_async and code == "StopIteration" else code
        assert (outcome["error"]["class"], outcome["error"].get("code")) == (error_class, expected)
    assert running.error is None


def test_a_handler_that_is_interrupted_from_the_keyboard_lets_the_worker_drain(engine: Engine) -> None:
    engine.enqueue("a")
    running = engine.work(raising(KeyboardInterrupt(), is_async=False))
    running.join()
    assert outcomes(engine.results(1))[0]["error"]["code"] == "KeyboardInterrupt"


def test_a_task_that_a_handler_cancels_by_itself_is_a_failure_of_that_job(engine: Engine) -> None:
    async def scan(job: Job, context: JobContext) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    engine.enqueue("a")
    engine.work({"scan": scan})
    assert outcomes(engine.results(1))[0]["error"]["code"] == "CancelledError"


@pytest.mark.parametrize("result", [object(), float("inf"), {1}], ids=["object", "inf", "set"])
def test_a_result_without_json_form_is_an_error_of_that_job_only(engine: Engine, result: Any) -> None:
    async def scan(job: Job, context: JobContext) -> object:
        return result if job.id == "a" else "fine"

    engine.enqueue("a", "b")
    engine.work({"scan": scan}, concurrency=1)
    first, second = outcomes(engine.results(2))
    assert first["error"]["code"] == "RESULT_NOT_JSON"
    assert second["result"] == "fine"


@pytest.mark.parametrize("raw", ["{", "", b"\xff\xfe", "NaN"])
def test_a_payload_that_is_not_json_never_meets_the_handler(engine: Engine, raw: str | bytes) -> None:
    called = []

    async def scan(job: Job, context: JobContext) -> None:
        called.append(job)

    engine.enqueue("a", raw=raw)
    engine.work({"scan": scan})
    error = outcomes(engine.results(1))[0]["error"]
    assert (error["class"], error["code"], called) == ("input_invalid", "PAYLOAD_NOT_JSON", [])


def test_a_plain_function_that_answers_a_coroutine_is_told_so(engine: Engine) -> None:
    async def late() -> None: ...

    engine.enqueue("a")
    engine.work({"scan": lambda job, context: late()})
    assert outcomes(engine.results(1))[0]["error"]["code"] == "NOT_ASYNC"


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
def test_never_more_jobs_at_once_than_the_concurrency_and_each_once(engine: Engine, is_async: bool) -> None:
    lock = threading.Lock()
    now, most = 0, 0

    def step(by: int) -> None:
        nonlocal now, most
        with lock:
            now += by
            most = max(most, now)

    async def asynchronous(job: Job, context: JobContext) -> None:
        step(1)
        while most < 7:  # the first ones wait until all slots are taken
            await asyncio.sleep(0.001)
        step(-1)

    def synchronous(job: Job, context: SyncJobContext) -> None:
        step(1)
        while most < 7:
            time.sleep(0.001)
        step(-1)

    engine.enqueue(*(f"j{i}" for i in range(300)))
    engine.work({"scan": asynchronous if is_async else synchronous}, concurrency=7)
    results = engine.results(300)
    assert most == 7
    assert Counter(one.job for one in results) == Counter(f"j{i}" for i in range(300))
    assert {one.stale for one in results} == {"0"}


def test_an_idle_worker_is_woken_within_milliseconds_and_sends_next_to_nothing(engine: Engine) -> None:
    started: dict[str, float] = {}

    async def scan(job: Job, context: JobContext) -> None:
        started[job.id] = time.perf_counter()

    engine.work({"scan": scan})
    waits = []
    for i in range(21):
        engine.until_idle()
        sent_at = time.perf_counter()
        engine.enqueue(f"j{i}")
        until(lambda job=f"j{i}": job in started)  # type: ignore[misc]
        waits.append(started[f"j{i}"] - sent_at)
    # Milliseconds where it was measured; here only that nobody waited for a poll, of which there are 20 s.
    print(f"woken after {median(waits) * 1_000:.2f} ms (median of 21)")
    assert median(waits) < 2
    engine.until_idle()
    before = engine.command_count()
    time.sleep(0.5)
    assert engine.command_count() - before <= 2


def test_beats_keep_a_lease_far_beyond_its_length_and_carry_the_progress(quick_engine: Engine) -> None:
    engine = quick_engine
    finish = threading.Event()

    async def scan(job: Job, context: JobContext) -> None:
        context.progress(1, 4, message="x" * 9_999)
        await asyncio.to_thread(finish.wait)

    engine.enqueue("a")
    engine.work({"scan": scan})
    until(lambda: engine.valkey.hget(f"{engine.prefix}progress", "a") is not None)
    shown = json.loads(engine.valkey.hget(f"{engine.prefix}progress", "a"))
    assert (shown["done"], shown["total"]) == (1, 4)
    time.sleep(2.5)
    finish.set()
    (one,) = engine.results(1)
    assert (one.reason, one.stale) == ("settled", "0")


def test_a_result_above_64_kb_is_stored_and_sent_by_reference(engine: Engine) -> None:
    result = {"text": "ü" * 60_000}

    async def scan(job: Job, context: JobContext) -> object:
        return result

    engine.enqueue("a")
    engine.work({"scan": scan})
    data = json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(data)
    (outcome,) = outcomes(engine.results(1))
    assert outcome["status"] == "succeeded"
    assert outcome["durations"]
    assert outcome["resultRef"] == {
        "name": "result.json",
        "digest": f"sha256:{digest.hexdigest()}",
        "bytes": len(data),
    }
    stored = engine.artifacts["/api/v1/worker/jobs/a/artifacts/result.json"]
    assert (stored.data, stored.query) == (data, "attempt=1&lease=1")
    assert stored.digest == f"sha-256=:{b64encode(digest.digest()).decode()}:"


def test_a_large_result_that_cannot_be_stored_is_a_failure_of_the_dependency(engine: Engine) -> None:
    async def scan(job: Job, context: JobContext) -> object:
        engine.failures.append((409, {}))
        return "x" * 70_000

    engine.enqueue("a")
    engine.work({"scan": scan})
    error = outcomes(engine.results(1))[0]["error"]
    assert (error["class"], error["code"]) == ("dependency_down", "RESULT_NOT_STORED")


class Unseekable(io.BytesIO):
    """A pipe, as far as anybody can tell."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> NoReturn:
        raise io.UnsupportedOperation


def test_artifacts_from_bytes_paths_and_files_are_streamed_and_tried_again(
    engine: Engine, tmp_path: Path
) -> None:
    data = bytes(range(256)) * 4_000
    path = tmp_path / "big.bin"
    path.write_bytes(data)

    async def asynchronous(job: Job, context: JobContext) -> object:
        stored = await context.publish_artifact("bytes", data)
        engine.failures.append((503, {}))
        again = await context.publish_artifact("path", path, "image/png")
        assert again.uri == "/api/v1/scheduler/jobs/a/artifacts/path?attempt=1&lease=1"
        return [stored.digest, again.digest, again.bytes]

    def synchronous(job: Job, context: SyncJobContext) -> object:
        with path.open("rb") as file:
            file.seek(1_000)
            engine.failures.append((503, {}))
            pieces = (data[at : at + 9_999] for at in range(0, len(data), 9_999))
            engine.failures.append((503, {}))
            piped = context.publish_artifact("pieces", pieces).digest
            assert piped == context.publish_artifact("pipe", Unseekable(data)).digest == digest
            return context.publish_artifact("file", file).digest

    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    engine.enqueue("a")
    engine.work({"scan": asynchronous, "sync": synchronous})
    assert outcomes(engine.results(1))[0]["result"] == [digest, digest, len(data)]
    engine.enqueue("b", kind="sync")
    part = f"sha256:{hashlib.sha256(data[1_000:]).hexdigest()}"
    assert outcomes(engine.results(2))[1]["result"] == part
    folder = "/api/v1/worker/jobs/a/artifacts"
    assert engine.artifacts[f"{folder}/bytes"].data == data
    assert engine.artifacts[f"{folder}/path"].data == data
    assert engine.artifacts[f"{folder}/path"].content_type == "image/png"
    assert engine.artifacts["/api/v1/worker/jobs/b/artifacts/file"].data == data[1_000:]


def test_the_api_helper_rides_out_a_503_and_names_other_errors(engine: Engine) -> None:
    async def asynchronous(job: Job, context: JobContext) -> object:
        engine.failures.append((job.payload["status"], {"retry-after": "9"}))
        return await context.api.post("/api/v1/worker/inputs", {"job": job.id})

    def synchronous(job: Job, context: SyncJobContext) -> object:
        engine.failures.append((job.payload["status"], {}))
        return context.api.get("/api/v1/worker/inputs")

    engine.work({"scan": asynchronous, "sync": synchronous}, concurrency=1)
    engine.until_idle()
    for count, kind in enumerate(("scan", "scan", "scan", "sync", "sync"), start=1):
        status = (503, 409, 429, 502, 404)[count - 1]
        engine.enqueue(f"j{count}", kind=kind, payload={"status": status})
        engine.results(count)
    done, conflict, limited, done_too, missing = outcomes(engine.results(5))
    assert done["result"] == {"path": "/api/v1/worker/inputs", "body": '{"job":"j1"}'}
    assert (conflict["error"]["class"], conflict["error"]["code"]) == ("transient", "API_409")
    assert "as the test wants it" in conflict["error"]["message"]
    assert (limited["error"]["class"], limited["error"]["retryAfterSeconds"]) == ("rate_limited", 9)
    assert done_too["result"]["path"] == "/api/v1/worker/inputs"
    assert missing["error"]["code"] == "API_404"


def test_an_api_error_can_be_handled(engine: Engine) -> None:
    async def scan(job: Job, context: JobContext) -> object:
        engine.failures.append((404, {}))
        try:
            await context.api.get("/api/v1/worker/inputs")
        except ApiError as error:
            return error.status
        return None

    engine.work({"scan": scan})
    engine.until_idle()
    engine.enqueue("a")
    assert outcomes(engine.results(1))[0]["result"] == 404


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refused_worker_ends_with_worker_refused(engine: Engine, status: int) -> None:
    engine.failures.append((status, {}))
    running = engine.work({"scan": nothing})
    running.join()
    assert isinstance(running.error, WorkerRefused)
    assert engine.secret not in str(running.error)


@pytest.mark.parametrize("status", [500, 503, 429, 302])
def test_a_worker_that_meets_a_passing_error_registers_again(engine: Engine, status: int) -> None:
    engine.failures += [(status, {"retry-after": "1"} if status == 429 else {})]
    before = time.monotonic()
    engine.work({"scan": nothing})
    engine.until_idle()
    assert status != 429 or time.monotonic() - before >= 1


def test_a_worker_signs_in_as_itself_whatever_credentials_its_address_carries(engine: Engine) -> None:
    engine.valkey_url = (
        engine.valkey_url.replace("redis://", "redis://nobody:wrong@")
        if ("@" not in engine.valkey_url)
        else engine.valkey_url
    )
    engine.work({"scan": nothing})
    engine.until_idle()
    names = sorted(line.split(" name=")[1].split(" ")[0].rpartition("-")[2] for line in engine.client_lines())
    assert names == ["commands", "sleeper"]


def test_the_metrics_hooks_are_told(quick_engine: Engine) -> None:
    class Counting(NoMetrics):
        def __init__(self) -> None:
            self.started: list[str] = []
            self.ended: list[tuple[str, Ending, str]] = []
            self.beats = 0
            self.registrations = 0
            self.sent: list[tuple[str, int]] = []

        def registered(self) -> None:
            self.registrations += 1

        def job_started(self, kind: str, /) -> None:
            self.started.append(kind)

        def job_ended(self, kind: str, ending: Ending, error_class: str, seconds: float, /) -> None:
            self.ended.append((kind, ending, error_class))

        def beat(self, seconds: float, answered: bool, /) -> None:
            self.beats += answered

        def outcomes_sent(self, verdict: str, count: int, /) -> None:
            self.sent.append((verdict, count))

    async def refuse(job: Job, context: JobContext) -> None:
        raise Permanent("no")

    metrics = Counting()
    quick_engine.enqueue("a")
    quick_engine.enqueue("b", kind="bad")
    quick_engine.work({"scan": nothing, "bad": refuse}, metrics=metrics)
    quick_engine.results(2)
    until(lambda: metrics.beats > 0 and len(metrics.sent) == 2)
    assert metrics.registrations == 1
    assert sorted(metrics.started) == ["bad", "scan"]
    assert sorted(metrics.ended) == [("bad", "failed", "permanent"), ("scan", "succeeded", "")]
    assert metrics.sent == [("accepted", 1), ("accepted", 1)]
