"""A worker whose transport is https."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .engine import SDKS

KEY = f"wk_{'0' * 16}_{'0' * 64}"

#: What a worker without any Valkey client says of itself.
PROGRAM = """
import sys
class NoValkey:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("valkey", "redis"):
            raise ImportError("no " + name)
sys.meta_path.insert(0, NoValkey())
import os
from jobengine import Worker
async def greet(job, context):
    return {"greeting": f"Hello, {job.payload['name']}!"}
Worker(
    api_url=os.environ["API"], worker_key=os.environ["KEY"], transport="https", kinds={"greet": greet}
).run()
"""


@contextmanager
def scripted_api(settled: list[Any]) -> Iterator[str]:
    """Gives one job, and tells the worker to drain when it has settled that."""
    given: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            name = self.path.rpartition("/")[2]
            if name == "settle":
                settled.extend(json.loads(job["outcome"]) for job in body["jobs"])
            answer = json.dumps(self.answer(name, body)).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def answer(self, name: str, body: Any) -> object:
            times = {"leaseMs": 60_000, "beatMs": 50}
            if name == "register":
                return {
                    "workerId": "wrk_1",
                    "queue": "default",
                    "epoch": "ep_1",
                    "https": {"path": "/api/v1/worker", "waitSeconds": 1},
                    "leaseSeconds": 60,
                    "beatSeconds": 0.05,
                    "protocolVersion": 1,
                }
            if name == "claim":
                lease = {"job": "a", "attempt": 1, "lease": 7}
                told = {"class": "event", "tenant": "acme", "run": "r", "wallClockMs": 1_000}
                job = {**lease, **told, "kind": "greet", "payload": '{"name":"Ada"}'}
                jobs = [job] if not given and body["free"] > 0 else []
                given.extend(jobs)
                return {
                    "word": "ok" if jobs or not settled else "drain",
                    "retryAfterMs": 0,
                    **times,
                    "jobs": jobs,
                }
            if name == "beat":
                verdicts = ["continue"] * len(body["jobs"])
                return {"word": "drain" if settled else "continue", **times, "verdicts": verdicts}
            return {"verdicts": ["accepted"] * len(body.get("jobs", []))}

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_it_works_where_no_valkey_client_is_installed() -> None:
    settled: list[Any] = []
    with scripted_api(settled) as url:
        env = {**os.environ, "API": url, "KEY": KEY, "PYTHONPATH": str(SDKS / "python/src")}
        ended = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, timeout=30, check=False
        )
    assert ended.returncode == 0, ended.stderr
    assert [outcome["result"] for outcome in settled] == [{"greeting": "Hello, Ada!"}]
