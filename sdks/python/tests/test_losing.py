"""What a worker does when connections break, the queue is rebuilt or the interpreter stands still."""

import threading
import time

import pytest

from jobengine import Job, JobContext, SyncJobContext

from .conftest import StartEngine
from .engine import Engine, outcomes, until
from .test_stopping import Held, Stuck


async def done(job: Job, context: JobContext) -> str:
    return "done"


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
def test_after_a_rebuild_the_job_in_hand_is_lost_and_the_worker_goes_on_in_the_new_epoch(
    quick_engine: Engine, is_async: bool
) -> None:
    engine = quick_engine
    stuck = Stuck(is_async=is_async)
    engine.enqueue("a", kind="stuck")
    engine.work({"stuck": stuck.handler, "scan": done})
    until(lambda: stuck.started == 1)
    engine.call("je_close", 1)
    engine.open()
    engine.enqueue("a", attempt=2)
    (one,) = engine.results(1)
    assert (one.attempt, one.outcome["result"]) == ("2", "done")
    assert stuck.reasons == ["lost"]
    assert len(engine.registrations) == 2


def test_when_the_keys_vanish_the_worker_waits_for_the_rebuild(quick_engine: Engine) -> None:
    engine = quick_engine
    engine.work({"scan": done})
    engine.until_idle()
    engine.valkey.unlink(*engine.valkey.keys(f"{engine.prefix}*"))
    until(lambda: len(engine.registrations) >= 2)
    engine.open()
    engine.enqueue("a")
    assert outcomes(engine.results(1))[0]["result"] == "done"


def test_connections_that_break_in_the_middle_of_a_job_cost_nothing(start_engine: StartEngine) -> None:
    engine = start_engine(lease_ms=2_000, beat_ms=50)
    held = Held()
    engine.enqueue("a")
    engine.work({"scan": held.handler})
    engine.until_leased()
    assert engine.valkey.execute_command("CLIENT", "KILL", "USER", engine.user) == 2
    held.gate.set()
    (one,) = engine.results(1)
    assert (one.job, one.stale, one.outcome["status"]) == ("a", "0", "succeeded")
    engine.enqueue("b")
    engine.results(2)
    assert len(engine.registrations) == 1


def test_connections_that_break_again_and_again_lose_no_job_and_do_none_twice(start_engine: StartEngine) -> None:
    engine = start_engine(lease_ms=2_000, beat_ms=50)
    calls: list[str] = []

    def scan(job: Job, context: SyncJobContext) -> None:
        calls.append(job.id)
        time.sleep(0.002)

    over = threading.Event()

    def break_often() -> None:
        while not over.wait(0.15):
            engine.valkey.execute_command("CLIENT", "KILL", "USER", engine.user)

    engine.enqueue(*(f"j{i}" for i in range(500)))
    engine.allow_user()  # nobody can break the connections of a user that is not there yet
    breaking = threading.Thread(target=break_often)
    breaking.start()
    engine.work({"scan": scan}, concurrency=4)
    results = engine.results(500)
    over.set()
    breaking.join()
    counting = [one for one in results if one.stale == "0"]
    assert {one.job for one in counting} == {f"j{i}" for i in range(500)}
    assert len(counting) == 500
    # A claim whose answer was lost ends as a crash; everything else was done once.
    crashed = [one for one in counting if one.reason == "lease_expired"]
    assert len(calls) == len(set(calls)) == 500 - len(crashed)


def test_a_worker_whose_user_vanished_registers_again(quick_engine: Engine) -> None:
    engine = quick_engine
    engine.work({"scan": done})
    engine.until_idle()
    engine.valkey.execute_command("ACL", "DELUSER", engine.user)
    until(lambda: len(engine.registrations) >= 2)
    engine.enqueue("a")
    assert outcomes(engine.results(1))[0]["result"] == "done"


def test_a_worker_whose_rights_were_taken_registers_again(quick_engine: Engine) -> None:
    engine = quick_engine
    engine.work({"scan": done})
    engine.until_idle()
    engine.valkey.execute_command("ACL", "SETUSER", engine.user, "-fcall")
    until(lambda: len(engine.registrations) >= 2)
    engine.enqueue("a")
    assert outcomes(engine.results(1))[0]["result"] == "done"


def test_a_job_whose_lease_another_has_is_lost_and_not_settled(quick_engine: Engine) -> None:
    engine = quick_engine
    stuck = Stuck(is_async=True)
    engine.enqueue("a", kind="stuck")
    engine.work({"stuck": stuck.handler})
    until(lambda: stuck.started == 1)
    engine.enqueue("a", attempt=2, kind="other")
    until(lambda: stuck.reasons == ["lost"])
    time.sleep(0.2)
    assert engine.result_count() == 0
