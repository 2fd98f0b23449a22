"""Longer jobs, once asynchronous and once in a thread: they show their progress, stop when they are told to,
and store what they made as an artifact.
"""

import asyncio
import logging
import os

from jobengine import DependencyDown, InvalidInput, Job, JobContext, RetryAfter, SyncJobContext, Worker


async def count(job: Job, context: JobContext) -> object:
    up_to = limit_of(job)
    lines: list[str] = []
    for n in range(1, up_to + 1):
        await asyncio.sleep(0.01)  # a job that must stop is cancelled here
        lines.append(str(n))
        context.progress(n, up_to, phase="counting")
    artifact = await context.publish_artifact("numbers.txt", "\n".join(lines).encode(), "text/plain")
    return {"counted": up_to, "digest": artifact.digest}


def count_in_thread(job: Job, context: SyncJobContext) -> object:
    up_to = limit_of(job)
    for n in range(1, up_to + 1):
        context.stop_event.wait(0.01)
        context.raise_if_stopped()
        context.progress(n, up_to, phase="counting")
    return {"counted": up_to}


def limit_of(job: Job) -> int:
    up_to = job.payload.get("upTo")
    if not isinstance(up_to, int):
        raise InvalidInput("upTo must be a whole number.")
    if up_to == 429:
        raise RetryAfter(30, "Counting to 429 is limited.")
    if up_to == 503:
        raise DependencyDown("The counter is away.")
    return up_to


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    worker = Worker(
        api_url=os.environ.get("JOBENGINE_API_URL", "http://127.0.0.1:8080"),
        worker_key=os.environ["JOBENGINE_WORKER_KEY"],
        kinds={"count": count, "count-in-thread": count_in_thread},
        concurrency=8,
        build="slow-count 1.0",
    )
    worker.run()
