"""Draining when the process is asked to end."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopping_on_signals(stop: Callable[[], None], is_wanted: bool) -> Iterator[None]:
    """Calls ``stop`` for each SIGTERM and SIGINT; only the main thread can, elsewhere nothing is changed.

    Plain signal handlers instead of the loop's: they also run while a handler blocks the main thread's loop.
    """
    if not is_wanted or threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
