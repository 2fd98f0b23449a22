"""Waiting that ends early."""

import asyncio
from typing import Any


async def pause(seconds: float | None, *ends: "asyncio.Future[Any]") -> None:
    """Waits so long, or until one of ``ends`` is done; ``None`` waits for those alone. Cancels none of them."""
    if not ends:
        await asyncio.sleep(seconds or 0)
    elif not any(end.done() for end in ends):
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


def finish(flag: "asyncio.Future[None]") -> None:
    """Marks a future that is used as a flag."""
    if not flag.done():
        flag.set_result(None)
