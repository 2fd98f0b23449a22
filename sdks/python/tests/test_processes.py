"""Workers as processes of their own, as users run them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import StartEngine
from .engine import Engine, until

FOLDER = Path(__file__).resolve().parents[1]
EXAMPLES = FOLDER / "examples"


class Process:
    def __init__(self, command: list[str], engine: Engine, env: dict[str, str]) -> None:
        self._child = subprocess.Popen(
            [sys.executable, *command],
            env={
                **os.environ,
                "PYTHONPATH": str(FOLDER / "src"),
                "JOBENGINE_API_URL": engine.api_url,
                "JOBENGINE_WORKER_KEY": engine.worker_key,
                **env,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def send(self, number: int) -> None:
        self._child.send_signal(number)

    def end(self) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        out, err = self._child.communicate(timeout=20)
        return self._child.returncode, out, err

    def kill(self) -> None:
        self._child.kill()
        self._child.communicate()


Run = Callable[..., Process]


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs an example (or code given with -c) as a process; it ends with the test."""
    children: list[Process] = []

    def start(engine: Engine, *command: str, **env: str) -> Process:
        first = command[0] if command[0].startswith("-") else str(EXAMPLES / command[0])
        children.append(Process([first, *command[1:]], engine, env))
        return children[-1]

    yield start
    for child in children:
        child.kill()


def test_the_worker_of_the_readme_is_the_example_and_ends_with_0_on_sigterm(engine: Engine, run: Run) -> None:
    source = (EXAMPLES / "list_images.py").read_text()
    assert source in (FOLDER / "README.md").read_text()
    assert len([line for line in source.split("\n") if line]) <= 15
    engine.scripts["/jobs/a/inputs"] = [{"images": [{"digest": "sha256:1"}]}]
    process = run(engine, "list_images.py")
    engine.enqueue("a")
    (one,) = engine.results(1)
    assert (one.outcome["status"], one.outcome["reason"]) == ("incomplete", "only_listed")
    assert engine.artifacts["/api/v1/worker/jobs/a/artifacts/images.txt"].data == b"sha256:1\n"
    process.send(signal.SIGTERM)
    code, out, err = process.end()
    assert (code, out) == (0, "")
    assert engine.secret not in err


def test_a_worker_killed_in_a_job_leaves_one_crash_outcome_behind(start_engine: StartEngine, run: Run) -> None:
    engine = start_engine(lease_ms=300, beat_ms=50)
    process = run(engine, "slow_count.py")
    engine.enqueue("a", kind="count", payload={"upTo": 100_000})
    until(lambda: engine.valkey.hget(f"{engine.prefix}progress", "a") is not None)
    process.kill()
    (one,) = engine.results(1)
    assert (one.reason, one.outcome["error"]["class"]) == ("lease_expired", "crash")


def test_the_example_that_counts_stores_its_numbers(engine: Engine, run: Run) -> None:
    run(engine, "slow_count.py")
    engine.enqueue("a", kind="count", payload={"upTo": 3})
    engine.enqueue("b", kind="count-in-thread", payload={"upTo": 3})
    by_job = {one.job: one.outcome["result"] for one in engine.results(2)}
    assert by_job["a"]["counted"] == by_job["b"]["counted"] == 3
    assert engine.artifacts["/api/v1/worker/jobs/a/artifacts/numbers.txt"].data == b"1\n2\n3"


def test_the_example_with_a_loop_of_its_own_drains_on_sigint(engine: Engine, run: Run) -> None:
    process = run(engine, "own_loop.py")
    engine.enqueue("a", "b", kind="tally")
    assert sorted(one.outcome["result"]["seen"] for one in engine.results(2)) == [1, 2]
    process.send(signal.SIGINT)
    assert process.end()[0] == 0


def test_a_refused_key_ends_the_process_with_an_error(engine: Engine, run: Run) -> None:
    key = f"wk_{'0' * 16}_{'0' * 64}"
    code, _, err = run(engine, "conformance_worker.py", JOBENGINE_WORKER_KEY=key).end()
    assert code != 0
    assert "WorkerRefused" in err


CONFORMANCE: list[tuple[str, Any, dict[str, Any]]] = [
    ("echo", [1, {"a": None}], {"result": {"payload": [1, {"a": None}]}}),
    ("sleep", {"ms": 120}, {"result": {"slept": 120}}),
    ("stubborn", {"ms": 20}, {"result": {"slept": 20}}),
    ("incomplete", {"reason": "no_sbom"}, {"reason": "no_sbom", "status": "incomplete"}),
    ("large", {"bytes": 10}, {"result": {"text": "x" * 10}}),
    ("fail", {"error": "permanent", "message": "m", "code": "C"}, {"class": "permanent", "code": "C"}),
    ("fail", {"error": "dependency_down", "message": "m"}, {"class": "dependency_down", "message": "m"}),
    ("fail", {"error": "input_invalid", "message": "m"}, {"class": "input_invalid", "message": "m"}),
    ("fail", {"error": "transient", "message": "m"}, {"class": "transient", "code": "RuntimeError"}),
    ("fail", {"error": "panic", "message": "m"}, {"class": "transient", "code": "Panic"}),
    (
        "fail",
        {"error": "retry_after", "message": "m", "retryAfterSeconds": 7},
        {"class": "rate_limited", "retryAfterSeconds": 7},
    ),
]


def test_the_conformance_worker_does_every_kind(engine: Engine, run: Run) -> None:
    process = run(engine, "conformance_worker.py")
    for i, (kind, payload, _) in enumerate(CONFORMANCE):
        engine.enqueue(f"j{i}", kind=kind, payload=payload)
    engine.enqueue("artifact", kind="artifact", payload={"name": "a.txt", "text": "hello"})
    engine.enqueue("large", kind="large", payload={"bytes": 70_000})
    by_job = {one.job: one.outcome for one in engine.results(len(CONFORMANCE) + 2)}
    for i, (kind, payload, expected) in enumerate(CONFORMANCE):
        outcome = by_job[f"j{i}"]
        shown = outcome["error"] if kind == "fail" else outcome
        assert {name: shown[name] for name in expected} == expected, payload
    assert by_job["artifact"]["result"]["bytes"] == 5
    assert by_job["large"]["resultRef"]["bytes"] == 70_000 + len('{"text":""}')
    process.send(signal.SIGTERM)
    code, out, _ = process.end()
    assert (code, out) == (0, "")


@pytest.mark.parametrize("signals", [1, 2], ids=["after the grace", "at the second signal"])
def test_a_handler_that_blocks_its_loop_does_not_hold_the_process(engine: Engine, run: Run, signals: int) -> None:
    grace = "100" if signals == 1 else "60000"
    process = run(engine, "conformance_worker.py", JOBENGINE_DRAIN_GRACE_MS=grace)
    engine.enqueue("a", kind="stubborn", payload={"ms": 60_000})
    engine.until_leased()
    before = time.monotonic()
    for _ in range(signals):
        process.send(signal.SIGTERM)
        time.sleep(0.1)  # two of one kind that are pending at once are delivered once
    assert process.end()[0] == 0
    assert time.monotonic() - before < 10
    assert engine.call("je_known", "a", 1) == ["ready"]


HOLDS_THE_INTERPRETER = """
import ctypes, os
from jobengine import Worker

def scan(job, context):
    if job.id == "a":
        ctypes.PyDLL(None).usleep(1_500_000)  # keeps the interpreter's lock, as a careless extension does
    return "done"

Worker(
    api_url=os.environ["JOBENGINE_API_URL"], worker_key=os.environ["JOBENGINE_WORKER_KEY"], kinds={"scan": scan}
).run()
"""


@pytest.mark.parametrize("way", ["holds the interpreter", "is frozen"])
def test_a_worker_that_could_not_beat_asks_before_it_publishes(
    start_engine: StartEngine, run: Run, way: str
) -> None:
    """Nothing in that process can beat meanwhile: its job ends as a crash, and it publishes no second result."""
    engine = start_engine(lease_ms=400, beat_ms=50)
    if way == "is frozen":
        process = run(engine, "conformance_worker.py")
        engine.enqueue("a", kind="sleep", payload={"ms": 500})
        engine.until_leased()
        process.send(signal.SIGSTOP)
        engine.results(1)
        process.send(signal.SIGCONT)
    else:
        run(engine, "-c", HOLDS_THE_INTERPRETER)
        engine.enqueue("a")
    (first,) = engine.results(1)
    assert (first.job, first.reason) == ("a", "lease_expired")
    kind = "echo" if way == "is frozen" else "scan"
    time.sleep(1.5)
    engine.enqueue("b", kind=kind)
    results = engine.results(2)
    assert [one.job for one in results] == ["a", "b"]
    assert json.dumps([one.stale for one in results]) == '["0", "0"]'
