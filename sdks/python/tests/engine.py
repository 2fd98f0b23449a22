"""The engine as a worker meets it: a real Valkey with the real functions, and an HTTP server that answers
register and artifacts. It knows nothing of the engine: it speaks what PROTOCOL.md says.
"""

import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import valkey

from jobengine import Handlers, Worker

SDKS = Path(__file__).resolve().parents[2]
#: The files of the queue functions are one library in the order of their names.
LIBRARY = "".join(part.read_text() for part in sorted((SDKS.parent / "platform/valkey/functions").glob("*.lua")))

#: What the engine grants to a worker's user, as the vectors have it for all SDKs.
WORKER_RULES: list[str] = json.loads((SDKS / "conformance/worker-user.json").read_text())


@dataclass(frozen=True)
class Settled:
    """What the queue says about one settled attempt."""

    job: str
    attempt: str
    stale: str
    reason: str
    outcome: dict[str, Any]


@dataclass(frozen=True)
class StoredArtifact:
    data: bytes
    digest: str
    query: str
    content_type: str


class RunningWorker:
    """A worker in a thread of the test."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.worker.run()
        except BaseException as error:
            self.error = error

    def stop(self) -> None:
        self.worker.stop()

    def join(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive(), "the worker did not end within 20 s"


class Engine:
    def __init__(self, *, lease_ms: int = 60_000, beat_ms: int = 15_000, **settings: int) -> None:
        self.lease_ms, self.beat_ms, self.settings = lease_ms, beat_ms, settings
        self.valkey_url = os.environ["TEST_VALKEY_URL"]
        self.valkey = cast(Any, valkey.Valkey.from_url(self.valkey_url, decode_responses=True))
        self.valkey.execute_command("FUNCTION", "LOAD", "REPLACE", LIBRARY)
        self.queue = f"py-{secrets.token_hex(6)}"
        self.prefix = f"{{je:{self.queue}}}:"
        self.user = f"wk_{secrets.token_hex(8)}"
        self.secret = secrets.token_hex(32)
        self.worker_key = f"{self.user}_{self.secret}"
        self.artifacts: dict[str, StoredArtifact] = {}
        self.registrations: list[dict[str, Any]] = []
        #: Answers to give instead, one for each coming request: status and headers.
        self.failures: list[tuple[int, dict[str, str]]] = []
        self.requests = 0
        #: Answers to requests whose path ends so, each used once, and what those requests were.
        self.scripts: dict[str, list[Any]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        #: The ``traceparent`` of requests, by path.
        self.traces: dict[str, str | None] = {}
        self.epoch = ""
        self.open()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.api_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}),
            threading.Thread(target=self._tick),
        ]
        for thread in self._threads:
            thread.start()
        self._workers: list[RunningWorker] = []

    def script_of(self, path: str) -> list[Any]:
        return next((answers for end, answers in self.scripts.items() if path.endswith(end)), [])

    def call(self, name: str, *args: str | int | bytes) -> Any:
        return self.valkey.execute_command("FCALL", name, 1, self.prefix, self.epoch, *args)

    def open(self) -> None:
        self.epoch = f"ep_{secrets.token_hex(6)}"
        settings = {"leaseMs": self.lease_ms, "beatMs": self.beat_ms, **self.settings}
        self.call("je_open", *(text for pair in settings.items() for text in pair))

    def allow_user(self, *more: str) -> None:
        """What the engine grants to a worker's user, and no more."""
        granted = [rule.replace("{prefix}", self.prefix) for rule in WORKER_RULES]
        rules = ["reset", "on", f">{self.secret}", *granted, *more]
        self.valkey.execute_command("ACL", "SETUSER", self.user, *rules)

    def enqueue(
        self,
        *jobs: str,
        attempt: int = 1,
        kind: str = "scan",
        payload: Any = None,
        raw: str | bytes | None = None,
        wall_clock_ms: int = 60_000,
        key: str = "",
    ) -> list[str]:
        text = raw if raw is not None else json.dumps(payload if payload is not None else {})
        args: list[str | int | bytes] = []
        for job in jobs:
            args += [job, attempt, kind, "scheduled", "acme", "run_1", wall_clock_ms, 0, key, text]
        return cast(list[str], self.call("je_enqueue", *args))

    def results(self, count: int) -> list[Settled]:
        """Waits until so many results lie on the stream and answers them all."""
        stream = f"{self.prefix}results"
        until(lambda: self.valkey.xlen(stream) >= count)
        return [_to_settled(fields) for _, fields in self.valkey.xrange(stream)]

    def result_count(self) -> int:
        return int(self.valkey.xlen(f"{self.prefix}results"))

    def work(self, kinds: Handlers, **options: Any) -> RunningWorker:
        """Starts a worker against this engine; it is stopped with the engine at the latest."""
        base: dict[str, Any] = {
            "api_url": self.api_url,
            "worker_key": self.worker_key,
            "handle_signals": False,
        }
        running = RunningWorker(Worker(kinds=kinds, **{**base, **options}))
        self._workers.append(running)
        return running

    def until_idle(self) -> None:
        until(lambda: self.valkey.zcard(f"{self.prefix}idle") >= 1)

    def until_leased(self, count: int = 1) -> None:
        until(lambda: self.valkey.zcard(f"{self.prefix}leases") == count)

    def client_lines(self) -> list[str]:
        """The connections of the worker's user, as CLIENT LIST shows them."""
        lines = self.valkey.execute_command("CLIENT", "LIST")
        text = (
            lines
            if isinstance(lines, str)
            else "\n".join(" ".join(f"{key}={value}" for key, value in one.items()) for one in lines)
        )
        return [line for line in text.split("\n") if f"user={self.user}" in line.split(" ")]

    def command_count(self) -> int:
        fields = [dict(part.split("=", 1) for part in line.split(" ")) for line in self.client_lines()]
        return sum(int(field["tot-cmds"]) for field in fields)

    def close(self) -> None:
        for running in self._workers:
            running.stop()
            running.stop()
        for running in self._workers:
            running.join()
        self._is_over.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self.valkey.execute_command("ACL", "DELUSER", self.user)
        keys = list(self.valkey.scan_iter(match=f"{self.prefix}*", count=1_000))
        if keys:
            self.valkey.unlink(*keys)
        self.valkey.close()

    def _tick(self) -> None:
        """The engine's part: promote, expire, repair wakes that went to workers that are gone."""
        client: Any = valkey.Valkey.from_url(self.valkey_url)
        while not self._is_over.wait(0.1):
            try:
                client.execute_command("FCALL", "je_tick", 1, self.prefix, self.epoch)
            except valkey.ValkeyError:
                continue  # closed for a moment, by a test
        client.close()


@contextmanager
def running_engine(**settings: int) -> Iterator[Engine]:
    engine = Engine(**settings)
    try:
        yield engine
    finally:
        engine.close()


def until(is_true: Callable[[], bool], seconds: float = 10) -> None:
    """Waits for a condition."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, f"The condition did not come true within {seconds} s."
        time.sleep(0.005)


def outcomes(results: Sequence[Settled]) -> list[dict[str, Any]]:
    return [one.outcome for one in results]


def _to_settled(fields: dict[str, str]) -> Settled:
    return Settled(
        job=fields["job"],
        attempt=fields["attempt"],
        stale=fields["stale"],
        reason=fields["reason"],
        outcome=json.loads(fields["outcome"] or "{}"),
    )


def _handler_of(engine: Engine) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._answer()

        do_PUT = do_GET = do_POST

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            url = urlsplit(self.path)
            engine.requests += 1
            engine.traces[url.path] = self.headers["traceparent"]
            if engine.failures:
                status, headers = engine.failures.pop(0)
                self._send(status, {"detail": "as the test wants it"}, headers)
            elif self.headers["authorization"] != f"Bearer {engine.worker_key}":
                self._send(401, {})
            elif answers := engine.script_of(url.path):
                engine.asked.append((self.command, url.query, json.loads(body or "null")))
                self._send(200, answers.pop(0))
            elif url.path == "/api/v1/worker/register":
                self._send(200, self._register(json.loads(body)))
            elif self.command == "PUT" and "/artifacts/" in url.path:
                engine.artifacts[url.path] = StoredArtifact(
                    body, self.headers["content-digest"], url.query, self.headers["content-type"]
                )
                self._send(200, {"uri": url.path.replace("/worker/", "/scheduler/") + "?" + url.query})
            else:
                self._send(200, {"path": url.path, "body": body.decode()})

        def _register(self, request: dict[str, Any]) -> dict[str, Any]:
            engine.registrations.append(request)
            engine.allow_user()
            return {
                "workerId": f"wrk_{secrets.token_hex(6)}",
                "queue": engine.queue,
                "keyPrefix": engine.prefix,
                "epoch": engine.epoch,
                "valkey": {"url": engine.valkey_url, "username": engine.user},
                "leaseSeconds": engine.lease_ms / 1_000,
                "beatSeconds": engine.beat_ms / 1_000,
                "protocolVersion": 1,
            }

        def _send(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler
