"""Claims whenever a slot is free; sleeps in the server while there is no work."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from ._backoff import backoff_seconds
from ._beats import Beats
from ._metrics import Metrics
from ._pause import pause
from ._queue import Queue, QueueAway
from ._slots import Slots
from ._wire import ClaimedJob

#: How long an idle worker sleeps in the server before it looks by itself.
_IDLE_SECONDS: Final = 20.0


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

    ``look_again`` ends a sleep out of which the queue might not wake this worker.
    """
    failures = 0
    while not stopping.done():
        if slots.free == 0:
            await pause(None, slots.until_given(), stopping)
            continue
        free = slots.free
        try:
            look_again.clear()
            sent_at = time.monotonic()
            reply = await queue.claim(free)
            failures = 0
            beats.set_times(reply.lease_seconds, reply.beat_seconds)
            for job in reply.jobs:
                start(job, sent_at)
            if reply.word == "drain":
                on_drain()
            elif len(reply.jobs) < free:
                await _sleep(queue, reply.retry_after_seconds or _IDLE_SECONDS, stopping, look_again)
        except QueueAway:
            metrics.queue_failed()
            await pause(backoff_seconds(failures, 0.05, 1.0), stopping)
            failures += 1


async def _sleep(
    queue: Queue, seconds: float, stopping: "asyncio.Future[None]", look_again: asyncio.Event
) -> None:
    sleeping = asyncio.ensure_future(queue.wait_for_wake(seconds))
    told = asyncio.ensure_future(look_again.wait())
    try:
        await pause(None, sleeping, told, stopping)
        if sleeping.done():
            sleeping.result()
    finally:
        sleeping.cancel()
        told.cancel()
