"""The worker's own thread: its loop registers, claims, beats and settles, whatever the handlers do."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any

Work = Callable[[], Coroutine[Any, Any, None]]


def run_in_thread(name: str, work: Work) -> "concurrent.futures.Future[None]":
    """Runs a coroutine on a new loop in a new thread; the future is done when the thread is."""
    ended: concurrent.futures.Future[None] = concurrent.futures.Future()

    def body() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:
            ended.set_exception(error)
        else:
            ended.set_result(None)

    threading.Thread(target=body, name=name, daemon=True).start()
    return ended
