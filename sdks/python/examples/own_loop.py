"""A worker inside a program that has an event loop of its own: its handlers run there, beside the rest."""

import asyncio
import os

from jobengine import Job, JobContext, Worker


async def main() -> None:
    seen = 0

    async def tally(job: Job, context: JobContext) -> object:
        nonlocal seen
        seen += 1  # one loop, one thread: no lock is needed
        return {"seen": seen}

    worker = Worker(
        api_url=os.environ.get("JOBENGINE_API_URL", "http://127.0.0.1:8080"),
        worker_key=os.environ["JOBENGINE_WORKER_KEY"],
        kinds={"tally": tally},
    )
    await worker.serve()


if __name__ == "__main__":
    asyncio.run(main())
