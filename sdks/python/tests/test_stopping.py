"""How jobs are stopped and how a worker leaves."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from jobengine import Handler, Job, JobContext, JobStopped, SyncJobContext, Worker

from .engine import Engine, outcomes, until


class Stuck:
    """Handlers that never end by themselves; they keep why they were told to stop."""

    def __init__(self, *, is_async: bool) -> None:
        self.started = 0
        self.reasons: list[object] = []
        self.handler: Handler = self._asynchronous if is_async else self._synchronous

    async def _asynchronous(self, job: Job, context: JobContext) -> None:
        self.started += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            assert error.args == (context.stop_reason,)
            self.reasons.append(context.stop_reason)
            raise

    def _synchronous(self, job: Job, context: SyncJobContext) -> None:
        self.started += 1
        context.stop_event.wait()
        try:
            context.raise_if_stopped()
        except JobStopped as error:
            self.reasons.append(error.reason)
            raise


@pytest.fixture(params=[True, False], ids=["async", "sync"])
def stuck(request: pytest.FixtureRequest) -> Stuck:
    return Stuck(is_async=request.param)


class Held:
    """A handler that ends when the test says so."""

    def __init__(self) -> None:
        self.gate = threading.Event()

    def handler(self, job: Job, context: SyncJobContext) -> str:
        self.gate.wait(20)
        return "held"


def test_a_cancelled_job_is_told_with_the_next_beat_and_ends_as_cancelled(
    quick_engine: Engine, stuck: Stuck
) -> None:
    quick_engine.enqueue("a")
    quick_engine.work({"scan": stuck.handler})
    until(lambda: stuck.started == 1)
    quick_engine.call("je_cancel", "run", "run_1", "")
    (outcome,) = outcomes(quick_engine.results(1))
    assert outcome["status"] == "cancelled"
    assert stuck.reasons == ["cancel"]


def test_a_job_past_its_wall_clock_is_cancelled(quick_engine: Engine, stuck: Stuck) -> None:
    quick_engine.enqueue("a", wall_clock_ms=100)
    quick_engine.work({"scan": stuck.handler})
    assert outcomes(quick_engine.results(1))[0]["status"] == "cancelled"


def test_whatever_a_cancelled_handler_returns_the_job_ends_as_cancelled(quick_engine: Engine) -> None:
    async def scan(job: Job, context: JobContext) -> object:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "swallowed"
        return None

    quick_engine.enqueue("a")
    quick_engine.work({"scan": scan})
    quick_engine.until_leased()
    quick_engine.call("je_cancel", "run", "run_1", "")
    (outcome,) = outcomes(quick_engine.results(1))
    assert outcome["status"] == "cancelled"
    assert "result" not in outcome


def test_cleaning_up_after_a_cancel_is_not_broken_into_when_the_job_is_lost_too(quick_engine: Engine) -> None:
    cleaned = threading.Event()

    async def scan(job: Job, context: JobContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            while context.stop_reason != "lost":
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            cleaned.set()

    quick_engine.enqueue("a")
    quick_engine.work({"scan": scan})
    quick_engine.until_leased()
    quick_engine.call("je_cancel", "run", "run_1", "")
    assert cleaned.wait(10)


def test_a_cancelled_synchronous_handler_is_woken_out_of_a_call_to_the_api(quick_engine: Engine) -> None:
    seen: list[object] = []

    def scan(job: Job, context: SyncJobContext) -> None:
        quick_engine.failures += [(503, {})] * 4
        try:
            context.api.get("/api/v1/worker/inputs")
        except JobStopped as error:
            seen.append(error.reason)

    quick_engine.work({"scan": scan})
    quick_engine.until_idle()
    quick_engine.enqueue("a", wall_clock_ms=60)
    assert outcomes(quick_engine.results(1))[0]["status"] == "cancelled"
    assert seen == ["cancel"]


def test_stop_lets_the_handlers_finish_and_takes_nothing_new(engine: Engine) -> None:
    held = Held()
    engine.enqueue("a")
    running = engine.work({"scan": held.handler})
    engine.until_leased()
    running.stop()
    until(lambda: engine.valkey.zcard(f"{engine.prefix}idle") == 0)
    engine.enqueue("b")
    held.gate.set()
    running.join()
    assert [one.job for one in engine.results(1)] == ["a"]
    assert engine.valkey.zcount(f"{engine.prefix}workers", 0, "+inf") == 0
    assert engine.call("je_known", "b", 1) == ["ready"]
    assert engine.client_lines() == []


def test_what_still_runs_after_the_grace_is_given_back_with_its_attempt(engine: Engine, stuck: Stuck) -> None:
    engine.enqueue("a")
    running = engine.work({"scan": stuck.handler}, drain_grace_seconds=0.05)
    until(lambda: stuck.started == 1)
    running.stop()
    running.join()
    assert stuck.reasons == ["shutdown"]
    assert engine.call("je_known", "a", 1) == ["ready"]
    assert engine.result_count() == 0


def test_a_second_stop_gives_everything_back_at_once(engine: Engine, stuck: Stuck) -> None:
    engine.enqueue("a")
    running = engine.work({"scan": stuck.handler}, drain_grace_seconds=1_000)
    until(lambda: stuck.started == 1)
    running.stop()
    running.stop()
    running.join()
    assert engine.call("je_known", "a", 1) == ["ready"]


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
def test_a_handler_that_ignores_everything_does_not_keep_the_worker(engine: Engine, is_async: bool) -> None:
    over = threading.Event()

    async def asynchronous(job: Job, context: JobContext) -> None:
        over.wait(20)

    def synchronous(job: Job, context: SyncJobContext) -> None:
        over.wait(20)

    engine.enqueue("a")
    running = engine.work({"scan": asynchronous if is_async else synchronous}, drain_grace_seconds=0.05)
    engine.until_leased()
    before = time.monotonic()
    running.stop()
    running.join()
    assert time.monotonic() - before < 10
    assert engine.call("je_known", "a", 1) == ["ready"]
    over.set()


def test_a_worker_that_the_engine_asks_to_drain_leaves_by_itself(quick_engine: Engine) -> None:
    engine = quick_engine

    async def scan(job: Job, context: JobContext) -> None: ...

    running = engine.work({"scan": scan})
    engine.until_idle()
    (worker,) = engine.valkey.zrange(f"{engine.prefix}workers", 0, 0)
    engine.call("je_drain", 1, worker)
    running.join()
    assert running.error is None


def options_of(engine: Engine, **more: Any) -> dict[str, Any]:
    return {
        "api_url": engine.api_url,
        "worker_key": engine.worker_key,
        "handle_signals": False,
        **more,
    }


def test_serve_runs_handlers_on_the_loop_of_its_caller(engine: Engine) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        worker: Worker

        async def scan(job: Job, context: JobContext) -> object:
            worker.stop()
            return asyncio.get_running_loop() is loop

        worker = Worker(kinds={"scan": scan}, **options_of(engine))
        engine.enqueue("a")
        await worker.serve()

    asyncio.run(main())
    assert outcomes(engine.results(1))[0]["result"] is True


def test_cancelling_serve_gives_everything_back(engine: Engine) -> None:
    stuck = Stuck(is_async=True)

    async def main() -> None:
        worker = Worker(kinds={"scan": stuck.handler}, **options_of(engine, drain_grace_seconds=1_000))
        serving = asyncio.create_task(worker.serve())
        await asyncio.to_thread(until, lambda: stuck.started == 1)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    engine.enqueue("a")
    asyncio.run(main())
    assert engine.call("je_known", "a", 1) == ["ready"]
    assert stuck.reasons == ["shutdown"]


def test_a_worker_that_was_stopped_before_it_ran_ends_at_once(engine: Engine) -> None:
    async def scan(job: Job, context: JobContext) -> None: ...

    worker = Worker(kinds={"scan": scan}, **options_of(engine))
    worker.stop()
    worker.run()
    with pytest.raises(RuntimeError, match="once"):
        worker.run()


def test_a_worker_that_waits_to_register_ends_when_it_is_told_to(engine: Engine) -> None:
    async def scan(job: Job, context: JobContext) -> None: ...

    engine.failures += [(503, {"retry-after": "500"})]
    running = engine.work({"scan": scan})
    until(lambda: engine.requests == 1)
    running.stop()
    running.join()
    assert running.error is None


def spin(seconds: float) -> None:
    """Burns the processor without ever giving the interpreter away by itself."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1_000))


@pytest.mark.parametrize("block", [time.sleep, spin], ids=["blocks", "burns"])
@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
def test_a_handler_that_blocks_or_burns_cpu_keeps_its_lease(
    quick_engine: Engine, is_async: bool, block: Callable[[float], object]
) -> None:
    """Two leases long: the beats come from a thread of their own."""

    async def asynchronous(job: Job, context: JobContext) -> str:
        block(2.2)
        return "done"

    def synchronous(job: Job, context: SyncJobContext) -> str:
        block(2.2)
        return "done"

    quick_engine.enqueue("a")
    quick_engine.work({"scan": asynchronous if is_async else synchronous})
    (one,) = quick_engine.results(1)
    assert (one.reason, one.stale, one.outcome.get("result")) == ("settled", "0", "done")
