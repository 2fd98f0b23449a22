"""The conformance worker: the conformance runner starts it as a process and drives it from outside."""

import asyncio
import logging
import os
import time
from typing import NoReturn

from jobengine import (
    DependencyDown,
    Incomplete,
    InvalidInput,
    Job,
    JobContext,
    Permanent,
    RetryAfter,
    Worker,
)


async def echo(job: Job, context: JobContext) -> object:
    return {"payload": job.payload}


async def sleep(job: Job, context: JobContext) -> object:
    total = job.payload["ms"]
    end = time.monotonic() + total / 1_000
    while (left := end - time.monotonic()) > 0:
        context.progress(round(total - left * 1_000), total, phase="sleep")
        await asyncio.sleep(min(left, 0.05))
    return {"slept": total}


async def stubborn(job: Job, context: JobContext) -> object:
    time.sleep(job.payload["ms"] / 1_000)  # noqa: ASYNC251  it blocks the loop on purpose
    return {"slept": job.payload["ms"]}


class Panic(BaseException):
    """What nobody expects: not even ``except Exception`` does."""


async def fail(job: Job, context: JobContext) -> NoReturn:
    message, code = job.payload["message"], job.payload.get("code")
    match job.payload["error"]:
        case "permanent":
            raise Permanent(message, code=code)
        case "retry_after":
            raise RetryAfter(job.payload.get("retryAfterSeconds", 0), message, code=code)
        case "dependency_down":
            raise DependencyDown(message, code=code)
        case "input_invalid":
            raise InvalidInput(message, code=code)
        case "panic":
            raise Panic(message)
        case _:
            raise RuntimeError(message)


async def incomplete(job: Job, context: JobContext) -> object:
    return Incomplete(job.payload["reason"])


async def large(job: Job, context: JobContext) -> object:
    return {"text": "x" * job.payload["bytes"]}


async def artifact(job: Job, context: JobContext) -> object:
    stored = await context.publish_artifact(job.payload["name"], job.payload["text"].encode())
    return {"name": stored.name, "digest": stored.digest, "bytes": stored.bytes}


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)  # standard error
    logging.getLogger("httpx").setLevel(logging.WARNING)
    Worker(
        api_url=os.environ["JOBENGINE_API_URL"],
        worker_key=os.environ["JOBENGINE_WORKER_KEY"],
        transport="https" if os.environ.get("JOBENGINE_TRANSPORT") == "https" else "valkey",
        ca_file=os.environ.get("JOBENGINE_CA_FILE"),
        concurrency=int(os.environ.get("JOBENGINE_CONCURRENCY", "4")),
        drain_grace_seconds=int(os.environ.get("JOBENGINE_DRAIN_GRACE_MS", "20000")) / 1_000,
        kinds={
            "echo": echo,
            "sleep": sleep,
            "stubborn": stubborn,
            "fail": fail,
            "incomplete": incomplete,
            "large": large,
            "artifact": artifact,
        },
    ).run()
