"""The transport ``valkey``: the worker calls the functions of the queue by itself."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from ._hand import LeaseRef
from ._queue_errors import QueueAway
from ._registration import Registration, ValkeyAccess
from ._valkey import ValkeyConnection
from ._wire import BeatReply, ClaimReply, parse_beat, parse_claim, parse_words

#: How long the server may be late with its answer to a pop that timed out before the connection counts as dead.
_LATE_SECONDS: Final = 5.0


#: How long an idle worker sleeps in the server before it looks by itself.
_IDLE_SECONDS: Final = 20.0


class ValkeyQueue:
    """Two connections: one for commands, one that sleeps in the server until there is work."""

    def __init__(
        self,
        registration: Registration,
        access: ValkeyAccess,
        secret: str,
        kinds: Sequence[str],
        ca_file: str | None,
    ) -> None:
        self._prefix = access.key_prefix
        self._epoch = registration.epoch
        self._worker = registration.worker_id
        self._kinds = list(kinds)
        # An answer that takes longer than a good part of the lease helps nobody.
        self._timeout = min(10.0, max(1.0, registration.lease_seconds / 3))
        self._commands, self._sleeper = (
            ValkeyConnection(
                access.url, access.username, secret, f"{registration.worker_id}-{role}", ca_file=ca_file
            )
            for role in ("commands", "sleeper")
        )

    async def connect(self) -> None:
        await self._commands.connect()
        await self._sleeper.connect()

    async def claim(self, free: int, *_ends: "asyncio.Future[Any]") -> ClaimReply:
        """Answers at once."""
        return parse_claim(await self._call("je_claim", [free, *self._kinds]))

    async def beat(self, jobs: Sequence[tuple[LeaseRef, bytes]]) -> BeatReply:
        args = [arg for ref, progress in jobs for arg in (*ref, progress)]
        return parse_beat(await self._call("je_beat", args))

    async def settle(self, outcomes: Sequence[tuple[LeaseRef, bytes]]) -> list[str]:
        args = [arg for ref, outcome in outcomes for arg in (*ref, outcome)]
        return parse_words(await self._call("je_settle", args))

    async def release(self, jobs: Sequence[LeaseRef]) -> list[str]:
        return parse_words(await self._call("je_release", [arg for ref in jobs for arg in ref]))

    async def leave(self) -> None:
        await self._call("je_leave", [])

    async def wait_for_work(self, after: ClaimReply) -> None:
        """Sleeps in the server until there is work, or until the time is over.

        Raises QueueLost; a broken connection only ends the sleep: without it nobody can wake this worker.
        """
        seconds = after.retry_after_seconds or _IDLE_SECONDS
        key = f"{self._prefix}wake:{self._worker}"
        try:
            await self._sleeper.call("BLPOP", key, seconds, timeout=seconds + _LATE_SECONDS)
        except QueueAway:
            await asyncio.sleep(min(seconds, 0.5))

    async def close(self) -> None:
        await self._commands.close()
        await self._sleeper.close()

    async def _call(self, name: str, args: Sequence[str | bytes | int]) -> Any:
        return await self._commands.call(
            "FCALL", name, 1, self._prefix, self._epoch, self._worker, *args, timeout=self._timeout
        )
