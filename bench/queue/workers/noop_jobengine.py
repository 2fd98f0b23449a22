"""Workers of the Python SDK that do nothing, for the bench."""

import asyncio
import os
import signal

from jobengine import Job, JobContext, Worker


async def main() -> None:
    executed = total = 0

    async def scan(job: Job, context: JobContext) -> dict[str, int]:
        nonlocal executed, total
        executed += 1
        total += job.payload["n"]
        return {"n": job.payload["n"]}

    workers = [
        Worker(
            api_url=os.environ["JOBENGINE_API_URL"],
            worker_key=os.environ["JOBENGINE_WORKER_KEY"],
            kinds={"scan": scan},
            concurrency=int(os.environ["BENCH_SLOTS"]),
            handle_signals=False,
        )
        for _ in range(int(os.environ["BENCH_WORKERS"]))
    ]

    def stop() -> None:
        for worker in workers:
            worker.stop()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    await asyncio.gather(*(worker.serve() for worker in workers))
    print("executed", executed, total)


if __name__ == "__main__":
    asyncio.run(main())
