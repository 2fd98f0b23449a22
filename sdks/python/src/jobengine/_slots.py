"""Counts the jobs that may run at once, over all registrations: a handler that was told to stop still runs."""

import asyncio


class Slots:
    def __init__(self, size: int) -> None:
        self.size = size
        self.free = size
        self._waiter: asyncio.Future[None] | None = None

    def take(self) -> None:
        self.free -= 1

    def give(self) -> None:
        self.free += 1
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def until_given(self) -> "asyncio.Future[None]":
        """Done with the next slot that is given back. For one waiter."""
        if self._waiter is None or self._waiter.done():
            self._waiter = asyncio.get_running_loop().create_future()
        return self._waiter
