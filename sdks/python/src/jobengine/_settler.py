"""Sends outcomes in batches."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from ._backoff import backoff_seconds
from ._beats import Beats
from ._hand import Hand
from ._limits import SETTLE_BYTES, SETTLE_ITEMS, bytes_in_call
from ._log import Log
from ._metrics import Metrics
from ._queue import Queue, QueueAway


class Pending(NamedTuple):
    """An outcome that waits to be taken."""

    hand: Hand
    outcome: bytes


class Settler:
    """What ends while one call is under way goes with the next.

    A call whose answer was lost is repeated; the queue answers ``known`` for what it took the first time.
    ``on_done`` is called when the queue has taken an outcome, or when its job turned out to be lost.
    """

    def __init__(
        self, *, queue: Queue, beats: Beats, log: Log, metrics: Metrics, on_done: Callable[[Hand], None]
    ) -> None:
        self._queue = queue
        self._beats = beats
        self._log = log
        self._metrics = metrics
        self._on_done = on_done
        self._pending: list[Pending] = []
        self._bell = asyncio.Event()
        self._is_abandoned = False

    def settle(self, hand: Hand, outcome: bytes) -> None:
        if self._is_abandoned or hand.is_gone:
            self._on_done(hand)
            return
        hand.is_settling = True
        self._pending.append(Pending(hand, outcome))
        self._bell.set()

    def abandon(self) -> None:
        """Gives up what was not sent: the registration is over, nothing would be accepted."""
        self._is_abandoned = True
        dropped, self._pending = self._pending, []
        for item in dropped:
            self._on_done(item.hand)

    async def run(self) -> NoReturn:
        """Sends until it is cancelled. Raises QueueLost."""
        failures = 0
        while True:
            if not self._pending:
                self._bell.clear()
                await self._bell.wait()
                await asyncio.sleep(0)  # what ended in the same turn goes along
            try:
                await self._send()
                failures = 0
            except QueueAway as error:
                self._metrics.queue_failed()
                await asyncio.sleep(max(backoff_seconds(failures, 0.05, 1.0), error.retry_after_seconds))
                failures += 1
                self._drop_lost()

    async def _send(self) -> None:
        # The beat that is joined may have been sent before the silence: its answer says nothing of now, the next
        # one's does.
        for _ in range(2):
            if any(not self._beats.may_publish(item.hand) for item in self._pending):
                await self._beats.beat_now()
            self._drop_lost()
        batch = next_batch(self._pending)
        if not batch:
            return
        verdicts = await self._queue.settle([(item.hand.ref, item.outcome) for item in batch])
        self._pending = self._pending[len(batch) :]
        for item, verdict in zip(batch, verdicts, strict=False):
            self._metrics.outcomes_sent(verdict, 1)
            if verdict not in ("accepted", "known"):
                ref = item.hand.ref
                self._log.warn("an outcome was not accepted", job=ref.job, attempt=ref.attempt, verdict=verdict)
        for item in batch:
            self._on_done(item.hand)

    def _drop_lost(self) -> None:
        dropped = [item for item in self._pending if item.hand.is_gone]
        if dropped:
            self._pending = [item for item in self._pending if not item.hand.is_gone]
            for item in dropped:
                self._on_done(item.hand)


def next_batch(pending: Sequence[Pending]) -> list[Pending]:
    """The first outcomes that fit into one call; the first always does."""
    total = 0
    batch: list[Pending] = []
    for item in pending:
        total += bytes_in_call(item.outcome)
        if batch and (total > SETTLE_BYTES or len(batch) == SETTLE_ITEMS):
            break
        batch.append(item)
    return batch
