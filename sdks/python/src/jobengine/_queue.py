"""The way of a registered worker to its queue, by whatever transport."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from ._engine_api import EngineApi
from ._hand import LeaseRef
from ._https_queue import HttpsQueue
from ._queue_errors import QueueAway, QueueLost
from ._registration import HttpsAccess, Registration
from ._wire import BeatReply, ClaimReply


class Queue(Protocol):
    """The worker's functions of the protocol. Each raises QueueLost (join anew) or QueueAway (try again)."""

    async def connect(self) -> None:
        """Opens what the transport needs."""

    async def claim(self, free: int, *ends: "asyncio.Future[Any]") -> ClaimReply:
        """With 0 free slots: says only that nothing more is wanted.

        A transport that waits for work in its claims answers soon once one of ``ends`` is done, and still gives
        what it was given.
        """

    async def beat(self, jobs: Sequence[tuple[LeaseRef, bytes]]) -> BeatReply:
        """Renews leases; each job comes with its progress document, or nothing."""

    async def settle(self, outcomes: Sequence[tuple[LeaseRef, bytes]]) -> list[str]:
        """Hands in outcomes and answers a verdict for each."""

    async def release(self, jobs: Sequence[LeaseRef]) -> list[str]:
        """Gives jobs back and answers a verdict for each."""

    async def leave(self) -> None:
        """Says goodbye."""

    async def wait_for_work(self, after: ClaimReply) -> None:
        """After a claim that gave less than was asked: returns when the next one may be worth it."""

    async def close(self) -> None:
        """Breaks all connections."""


def open_queue(
    registration: Registration, *, secret: str, kinds: Sequence[str], api: EngineApi, ca_file: str | None
) -> Queue:
    """The Valkey client is loaded where it is used only."""
    access = registration.access
    if isinstance(access, HttpsAccess):
        return HttpsQueue(registration, access, kinds, api)
    from ._valkey_queue import ValkeyQueue  # noqa: PLC0415

    return ValkeyQueue(registration, access, secret, kinds, ca_file)


__all__ = ["Queue", "QueueAway", "QueueLost", "open_queue"]
