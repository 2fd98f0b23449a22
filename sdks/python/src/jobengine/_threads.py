"""Threads for synchronous handlers."""

import queue
import threading
from collections.abc import Callable


class Threads:
    """Starts a thread when none is idle; the worker's slots bound their number.

    The threads are daemons, unlike those of ``concurrent.futures``: a handler that never ends must not keep the
    process of a worker that has left.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._count = 0

    def submit(self, call: Callable[[], None]) -> None:
        """Runs a call that never raises. From one thread only. Raises RuntimeError when no thread can be had."""
        if not self._idle.acquire(blocking=False):
            name = f"jobengine-handler-{self._count + 1}"
            threading.Thread(target=self._loop, name=name, daemon=True).start()
            self._count += 1
        self._work.put(call)

    def close(self) -> None:
        """Lets idle threads end, and the others when their call has."""
        for _ in range(self._count):
            self._work.put(None)

    def _loop(self) -> None:
        while (call := self._work.get()) is not None:
            call()
            del call
            self._idle.release()
