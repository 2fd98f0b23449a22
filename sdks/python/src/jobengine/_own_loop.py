"""Asks the worker's own loop for something, from a handler on another loop or in a thread."""

import asyncio
import concurrent.futures
from collections.abc import Coroutine
from typing import Any, TypeVar

from ._errors import JobStopped
from ._hand import Hand

T = TypeVar("T")


class OwnLoop:
    """The loop of the worker's thread, as seen from handlers."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    async def ask(self, hand: Hand, work: Coroutine[Any, Any, T]) -> T:
        """Awaits work from another loop; cancelling the waiting task cancels the work."""
        return await asyncio.wrap_future(self._submit(hand, work))

    def ask_blocking(self, hand: Hand, work: Coroutine[Any, Any, T]) -> T:
        """Waits for work in a thread. Raises JobStopped when the job is told to stop meanwhile."""
        future = self._submit(hand, work)
        undo = hand.on_stop(lambda _reason: future.cancel())
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise JobStopped(hand.stop_reason or "shutdown") from None
        finally:
            undo()

    def _submit(self, hand: Hand, work: Coroutine[Any, Any, T]) -> "concurrent.futures.Future[T]":
        reason = hand.stop_reason
        if reason is not None or self._loop.is_closed():
            work.close()
            raise JobStopped(reason or "shutdown")
        return asyncio.run_coroutine_threadsafe(work, self._loop)
