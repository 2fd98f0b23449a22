"""A worker whose work another program does: it claims, beats and settles, and talks with the program over its
standard input and output, one JSON object a line. The program has neither network nor key: what it needs from
the engine it asks for.

    python pipe.py KIND PROGRAM [ARGUMENT…]
"""

import asyncio
import contextlib
import json
import logging
import os
import sys
from typing import Any

from jobengine import DependencyDown, Incomplete, InvalidInput, Job, JobContext, Worker

_LONGEST_LINE = 256 * 1024 * 1024


class Program:
    """Another program that does jobs, any number at once. It is started by the first one."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._last = 0
        self._heard: dict[int, asyncio.Queue[dict[str, Any] | None]] = {}

    async def do(self, job: Job, context: JobContext) -> object:
        """Has the program do one job: makes its calls of the engine's API and passes its progress on."""
        await self._start()
        self._last += 1
        number = self._last
        said: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._heard[number] = said
        begin = {"begin": number, "job": job.id, "attempt": job.attempt, "tenant": job.tenant}
        try:
            await self._tell({**begin, "payload": job.payload})
            while (line := await said.get()) is not None:
                if "post" in line:
                    answer = await context.api.post(line["path"], line["body"])
                    await self._tell({"answer": line["post"], "json": answer})
                elif "progress" in line:
                    context.progress(line["done"], line["total"], phase=line["phase"])
                else:
                    return _outcome_of(line)
            raise DependencyDown("The program has ended.")
        finally:
            del self._heard[number]
            await self._tell({"stop": number})

    async def _start(self) -> None:
        async with self._starting:
            if self._process is not None and self._process.returncode is None:
                return
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LONGEST_LINE,
                # It needs no secret of ours.
                env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            )
            self._listening = asyncio.create_task(self._listen(self._process))

    async def _tell(self, message: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        # That nobody reads it is seen by the end of the program's output.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await self._process.stdin.drain()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while text := await process.stdout.readline():
            line = json.loads(text)
            said = self._heard.get(line.get("of") or line.get("progress") or line.get("end"))
            if said is not None:  # else it is of a job that was stopped
                said.put_nowait(line)
        await process.wait()
        for said in self._heard.values():
            said.put_nowait(None)


def _outcome_of(line: dict[str, Any]) -> object:
    if "failed" in line:
        failed = line["failed"]
        if failed["class"] == "input_invalid":
            raise InvalidInput(failed["message"])
        raise RuntimeError(failed["message"])
    if "incomplete" in line:
        return Incomplete(line["incomplete"])
    return line["result"]


def main() -> None:
    if len(sys.argv) < 3:
        raise SystemExit("usage: pipe.py KIND PROGRAM [ARGUMENT…]")
    logging.basicConfig(level=logging.INFO)
    kind, *command = sys.argv[1:]
    worker = Worker(
        api_url=os.environ.get("JOBENGINE_API_URL", "http://127.0.0.1:8080"),
        worker_key=os.environ["JOBENGINE_WORKER_KEY"],
        kinds={kind: Program(command).do},
        concurrency=int(os.environ.get("JOBENGINE_WORKER_CONCURRENCY", "4")),
        build="pipe 1.0",
    )
    worker.run()


if __name__ == "__main__":
    main()
