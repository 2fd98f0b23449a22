"""Heartbeats: keep the leases of all jobs in hand and pass on what the queue says about them."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection
from typing import Final, NoReturn

from ._hand import Hand
from ._metrics import Metrics
from ._queue import Queue, QueueAway

#: How long a worker that leaves waits for the answer to its last beat.
_LAST_BEAT_SECONDS: Final = 1.0


class Beats:
    """Runs on the worker's own thread: no handler can stop it, short of holding the whole interpreter."""

    def __init__(
        self,
        *,
        queue: Queue,
        hands: Collection[Hand],
        lease_seconds: float,
        beat_seconds: float,
        on_drain: Callable[[], None],
        on_silence: Callable[[], None],
        metrics: Metrics,
    ) -> None:
        self._queue = queue
        self._hands = hands
        self._lease_seconds = lease_seconds
        self._beat_seconds = beat_seconds
        self._on_drain = on_drain
        self._on_silence = on_silence
        #: From before the last call that was answered.
        self._heard_at = time.monotonic()
        self._metrics = metrics
        self._under_way: asyncio.Task[None] | None = None
        self._is_ended = False
        #: Set when beats shall come sooner than they did.
        self._sooner = asyncio.Event()

    def set_times(self, lease_seconds: float, beat_seconds: float) -> None:
        if beat_seconds < self._beat_seconds:
            self._sooner.set()
        self._lease_seconds, self._beat_seconds = lease_seconds, beat_seconds

    async def run(self) -> NoReturn:
        """Beats until it is cancelled. Raises QueueLost."""
        while True:
            await self._until_due()
            while True:
                try:
                    await self.beat_now()
                    break
                except QueueAway as error:
                    self._metrics.queue_failed()
                    self._lose_silent()
                    await asyncio.sleep(min(self._beat_seconds / 2, max(0.5, error.retry_after_seconds)))

    async def _until_due(self) -> None:
        """A shorter interval that a claim tells meanwhile counts from the same start."""
        since = time.monotonic()
        while (left := since + self._beat_seconds - time.monotonic()) > 0:
            self._sooner.clear()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._sooner.wait(), left)

    async def beat_now(self) -> None:
        """Beats now, or joins the beat that is under way. Raises QueueLost, QueueAway."""
        if self._is_ended:
            return
        if self._under_way is None:
            self._under_way = asyncio.ensure_future(self._beat())
            self._under_way.add_done_callback(self._beaten)
        await asyncio.shield(self._under_way)

    async def end(self) -> None:
        """Lets no beat follow and waits for one that is under way, but not for a server that is silent.

        A beat after the goodbye would make the worker known again.
        """
        self._is_ended = True
        if self._under_way is not None:
            await asyncio.wait([self._under_way], timeout=_LAST_BEAT_SECONDS)

    def may_publish(self, hand: Hand) -> bool:
        """A worker that missed two beats must ask before it publishes: its job may be another's by now."""
        return time.monotonic() - hand.renewed_at <= 2 * self._beat_seconds

    def _beaten(self, task: "asyncio.Task[None]") -> None:
        self._under_way = None
        if not task.cancelled():
            task.exception()  # its waiters have it; without any it is not worth a warning

    async def _beat(self) -> None:
        sent_at = time.monotonic()
        asked = [(hand, hand.take_progress()) for hand in self._hands if not hand.is_gone]
        try:
            reply = await self._queue.beat([(hand.ref, progress) for hand, progress in asked])
        except BaseException:
            for hand, progress in asked:
                hand.restore_progress(progress)
            self._metrics.beat(time.monotonic() - sent_at, False)
            raise
        self.set_times(reply.lease_seconds, reply.beat_seconds)
        # The queue takes workers that were silent for a lease for gone and wakes them no more.
        if time.monotonic() - self._heard_at > reply.lease_seconds:
            self._on_silence()
        self._heard_at = sent_at
        for (hand, _), verdict in zip(asked, reply.verdicts, strict=False):
            if verdict == "lost":
                hand.stop("lost")
                continue
            hand.renewed_at = sent_at
            if verdict == "cancel":
                hand.stop("cancel")
        if reply.word == "drain":
            self._on_drain()
        self._metrics.beat(time.monotonic() - sent_at, True)

    def _lose_silent(self) -> None:
        """No beat came through for a whole lease: the server has given these jobs up, so do we."""
        now = time.monotonic()
        for hand in list(self._hands):
            if now - hand.renewed_at > self._lease_seconds:
                hand.stop("lost")
