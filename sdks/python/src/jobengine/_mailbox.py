"""Hands items from any thread to a loop; many items cost one wake."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[T], None]) -> None:
        self._loop = loop
        self._take = take
        self._items: deque[T] = deque()
        self._is_rung = False

    def post(self, item: T) -> None:
        """From any thread. Raises RuntimeError when the loop is closed."""
        self._items.append(item)
        # Whoever sees it rung put its item there before `_empty` starts to look: nothing is left behind.
        if not self._is_rung:
            self._is_rung = True
            self._loop.call_soon_threadsafe(self._empty)

    def _empty(self) -> None:
        self._is_rung = False
        while self._items:
            self._take(self._items.popleft())
