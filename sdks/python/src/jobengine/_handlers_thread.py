"""A loop for asynchronous handlers in a thread of its own, for workers that own their process."""

import asyncio
import concurrent.futures
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ._own_thread import run_in_thread

#: How long handlers that were told to stop may take to clean up before the process goes on without them.
_END_SECONDS: Final = 1.0


@contextmanager
def handlers_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """A running loop. At the end its tasks are cancelled; a handler that blocks it is left behind, the thread
    being a daemon.
    """
    ready: concurrent.futures.Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = (
        concurrent.futures.Future()
    )

    async def body() -> None:
        closing = asyncio.Event()
        ready.set_result((asyncio.get_running_loop(), closing))
        await closing.wait()

    ended = run_in_thread("jobengine-handlers", body)
    loop, closing = ready.result()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(closing.set)
        concurrent.futures.wait([ended], timeout=_END_SECONDS)
