"""Celery's application for the bench: a task that does nothing, with the guarantees that the others give."""

import os

from celery import Celery, signals

valkey = os.environ["BENCH_VALKEY_URL"]
app = Celery("bench", broker=f"{valkey}/0", backend=f"{valkey}/1")
app.conf.update(
    # Lease: a task belongs to its worker until it is acknowledged, and comes back when the worker is gone.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    broker_transport_options={"visibility_timeout": 60},
    worker_prefetch_multiplier=int(os.environ.get("BENCH_PREFETCH", "64")),
    # Durable result.
    task_ignore_result=False,
    result_expires=3_600,
    # Nothing that is not needed.
    worker_send_task_events=False,
    task_send_sent_event=False,
    broker_connection_retry_on_startup=True,
    worker_redirect_stdouts=False,
)

executed = total = 0


@app.task(name="scan", autoretry_for=(Exception,), max_retries=5, retry_backoff=5)
def scan(n: int, pad: str) -> dict[str, int]:
    global executed, total
    executed += 1
    total += n
    return {"n": n}


@signals.worker_process_shutdown.connect
def print_executed(**_: object) -> None:
    # In one write: the processes of the pool share the pipe.
    os.write(1, f"executed {executed} {total}\n".encode())
