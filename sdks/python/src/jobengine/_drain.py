"""Leaving in order."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from ._beats import Beats
from ._hand import Hand
from ._log import Log
from ._pause import pause
from ._queue import Queue, QueueAway

#: How often a draining worker looks whether its hands are empty.
_LOOK_SECONDS: Final = 0.02
#: How long outcomes that are ready may take to be sent after the grace is over.
_LAST_SEND_SECONDS: Final = 3.0


async def drain(
    *,
    queue: Queue,
    beats: Beats,
    hands: set[Hand],
    hurry: "asyncio.Future[None]",
    grace_seconds: float,
    log: Log,
) -> None:
    """Takes nothing new, lets the handlers finish within the grace, then gives back what still runs (which
    costs the job nothing) and says goodbye. Raises QueueLost.
    """
    log.info("draining", jobs=len(hands))
    await _attempt(queue.claim(0))
    await _until(lambda: not hands, grace_seconds, hurry)
    left = [hand for hand in hands if not hand.is_settling]
    if left:
        for hand in left:
            hand.stop("shutdown")
        await _attempt(queue.release([hand.ref for hand in left]))
        log.info("gave jobs back", jobs=len(left))
    await _until(lambda: not _any_settling(hands), _LAST_SEND_SECONDS)
    await beats.end()
    await _attempt(queue.leave())


def _any_settling(hands: Collection[Hand]) -> bool:
    return any(hand.is_settling for hand in hands)


async def _until(is_true: Callable[[], bool], seconds: float, *ends: "asyncio.Future[None]") -> None:
    end = time.monotonic() + seconds
    while not is_true() and not any(flag.done() for flag in ends):
        rest = end - time.monotonic()
        if rest <= 0:
            return
        await pause(min(rest, _LOOK_SECONDS), *ends)


async def _attempt(step: Awaitable[object]) -> None:
    """Without the server the leases end by themselves; that is what they are for."""
    try:
        await step
    except QueueAway:
        return
