"""Claims whenever a slot is free; waits for work while there is none."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from ._backoff import backoff_seconds
from ._beats import Beats
from ._metrics import Metrics
from ._pause import pause
from ._queue import Queue, QueueAway
from ._slots import Slots
from ._wire import ClaimedJob, ClaimReply


async def claim_until(
    stopping: "asyncio.Future[None]",
    *,
    queue: Queue,
    beats: Beats,
    slots: Slots,
    start: Callable[[ClaimedJob, float], None],
    on_drain: Callable[[], None],
    look_again: asyncio.Event,
    metrics: Metrics,
) -> None:
    """Raises QueueLost. A claim under way is waited for, stop or not: what it brings is this worker's.

    ``look_again`` ends a wait out of which the queue might not wake this worker.
    """
    failures = 0
    while not stopping.done():
        if slots.free == 0:
            await pause(None, slots.until_given(), stopping)
            continue
        free = slots.free
        look_again.clear()
        told = asyncio.ensure_future(look_again.wait())
        try:
            sent_at = time.monotonic()
            reply = await queue.claim(free, stopping, told)
            failures = 0
            beats.set_times(reply.lease_seconds, reply.beat_seconds)
            for job in reply.jobs:
                start(job, sent_at + reply.waited_seconds)
            if reply.word == "drain":
                on_drain()
            elif len(reply.jobs) < free:
                await _wait(queue, reply, stopping, told)
        except QueueAway as error:
            metrics.queue_failed()
            await pause(max(backoff_seconds(failures, 0.05, 1.0), error.retry_after_seconds), stopping)
            failures += 1
        finally:
            told.cancel()


async def _wait(
    queue: Queue, reply: ClaimReply, stopping: "asyncio.Future[None]", told: "asyncio.Future[Any]"
) -> None:
    waiting = asyncio.ensure_future(queue.wait_for_work(reply))
    try:
        await pause(None, waiting, told, stopping)
        if waiting.done():
            waiting.result()
    finally:
        waiting.cancel()
