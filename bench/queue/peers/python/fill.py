"""Sends tasks to Celery's queue, over one connection: fill.py <from> <count>."""

import sys

from bench_tasks import app, scan


def main(first: int, count: int) -> None:
    with app.producer_pool.acquire() as producer:
        for n in range(first, first + count):
            pad = "x" * (84 - len(str(n)))
            scan.apply_async((n, pad), task_id=f"job_{n}", producer=producer)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
