"""How many jobs that do nothing go through in a second: bare function calls, then the SDK.

From sdks/python, with the URL of a Valkey that nothing else uses meanwhile::

    TEST_VALKEY_URL=redis://… PYTHONPATH=src:. python bench/no_op.py [jobs] [concurrency]
"""

import asyncio
import sys
import time
from collections.abc import Callable

from tests.engine import Engine, running_engine

from jobengine import Handler, Job, JobContext, SyncJobContext
from jobengine._valkey import ValkeyConnection


async def asynchronous(job: Job, context: JobContext) -> None: ...


def synchronous(job: Job, context: SyncJobContext) -> None: ...


def by_functions(engine: Engine, concurrency: int) -> None:
    """Claims and settles in turn on one connection: what the queue and the client give at best."""

    async def work() -> None:
        connection = ValkeyConnection(engine.valkey_url, engine.user, engine.secret, "bench")
        head = (1, engine.prefix, engine.epoch, "w1")
        while True:
            claimed = await connection.call("FCALL", "je_claim", *head, concurrency, "scan", timeout=10)
            if not claimed[4]:
                break
            outcomes = [arg for job in claimed[4] for arg in (*job[:3], b'{"status":"succeeded"}')]
            await connection.call("FCALL", "je_settle", *head, *outcomes, timeout=10)
        await connection.close()

    engine.allow_user()
    asyncio.run(work())


def by_sdk(handler: Handler) -> Callable[[Engine, int], None]:
    def run(engine: Engine, concurrency: int) -> None:
        waiting = int(engine.valkey.zcard(f"{engine.prefix}ready:scheduled:scan"))
        engine.work({"scan": handler}, concurrency=concurrency)
        while engine.result_count() < waiting:
            time.sleep(0.02)

    return run


def main(jobs: int, concurrency: int) -> None:
    ways = (
        ("functions", by_functions),
        ("SDK, async", by_sdk(asynchronous)),
        ("SDK, sync", by_sdk(synchronous)),
    )
    for name, way in ways:
        with running_engine(highWater=10_000_000) as engine:
            ids = [f"j{i}" for i in range(jobs)]
            for first in range(0, jobs, 1_000):
                engine.enqueue(*ids[first : first + 1_000])
            started = time.perf_counter()
            way(engine, concurrency)
            seconds = time.perf_counter() - started
            print(f"{name:10}  concurrency {concurrency}: {jobs / seconds:,.0f} jobs/s", flush=True)


if __name__ == "__main__":
    given = [int(arg) for arg in sys.argv[1:]]
    main(*(given + [20_000, 100][len(given) :]))
