"""Work under one registration."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Literal

from ._artifacts import publish_artifact
from ._beats import Beats
from ._claims import claim_until
from ._dispatch import Dispatch, Finished
from ._drain import drain
from ._engine_api import EngineApi
from ._errors import DependencyDown
from ._hand import Hand
from ._log import Log
from ._metrics import Ending, Metrics
from ._outcome import Document, encode_outcome, outcome_of_error
from ._queue import QueueLost, open_queue
from ._registration import Registration
from ._settler import Settler
from ._slots import Slots
from ._wire import ClaimedJob


class Session:
    """From a registration until it is over: after a drain, or when the worker must register again."""

    def __init__(
        self,
        *,
        registration: Registration,
        secret: str,
        ca_file: str | None,
        kinds: Sequence[str],
        dispatch: Dispatch,
        api: EngineApi,
        slots: Slots,
        log: Log,
        metrics: Metrics,
        drain_grace_seconds: float,
        stopping: "asyncio.Future[None]",
        hurry: "asyncio.Future[None]",
        on_drain: Callable[[], None],
    ) -> None:
        self._dispatch = dispatch
        self._api = api
        self._slots = slots
        self._log = log
        self._metrics = metrics
        self._grace_seconds = drain_grace_seconds
        self._stopping = stopping
        self._hurry = hurry
        self._on_drain = on_drain
        self._is_over = False
        self._look_again = asyncio.Event()
        #: What is claimed and neither settled, given back nor lost.
        self._hands: set[Hand] = set()
        self._storing: set[asyncio.Task[None]] = set()
        self._queue = open_queue(registration, secret=secret, kinds=kinds, api=api, ca_file=ca_file)
        self._beats = Beats(
            queue=self._queue,
            hands=self._hands,
            lease_seconds=registration.lease_seconds,
            beat_seconds=registration.beat_seconds,
            on_drain=on_drain,
            on_silence=self._look_again.set,
            metrics=metrics,
        )
        self._settler = Settler(
            queue=self._queue, beats=self._beats, log=log, metrics=metrics, on_done=self._on_settled
        )

    async def run(self) -> Literal["stopped", "lost"]:
        """What was in hand when the registration is lost is lost, too: its handlers are told so.

        Raises QueueAway when the queue could not be reached at all.
        """
        background: list[asyncio.Task[None]] = []
        try:
            await self._queue.connect()
            background.append(asyncio.create_task(self._beats.run()))
            background.append(asyncio.create_task(self._settler.run()))
            await self._beside(background, self._claim())
            await self._beside(background, self._leave())
            return "stopped"
        except QueueLost as error:
            self._log.warn("the registration is over", reason=str(error))
            return "lost"
        finally:
            self._is_over = True
            for hand in list(self._hands):
                hand.stop("lost")
            self._settler.abandon()
            await _end([*background, *self._storing])
            await self._queue.close()

    def _on_finished(self, finished: Finished) -> None:
        """A handler of this session ended."""
        hand = finished.hand
        if finished.is_interrupted:
            self._on_drain()
        ending = _ending_of(finished)
        error_class = str(finished.document.outcome["error"]["class"]) if ending == "failed" else ""
        self._metrics.job_ended(hand.claimed.kind, ending, error_class, finished.seconds)
        if self._is_over or hand.is_gone:
            self._on_settled(hand)
        elif hand.stop_reason == "cancel":
            cancelled = {"status": "cancelled", "durations": finished.document.outcome["durations"]}
            self._settler.settle(hand, encode_outcome(cancelled).text)
        elif finished.document.large_result is not None:
            task = asyncio.create_task(self._store_and_settle(hand, finished.document))
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)
        else:
            self._settler.settle(hand, finished.document.text)

    async def _claim(self) -> None:
        await claim_until(
            self._stopping,
            queue=self._queue,
            beats=self._beats,
            slots=self._slots,
            start=self._start,
            on_drain=self._on_drain,
            look_again=self._look_again,
            metrics=self._metrics,
        )

    async def _leave(self) -> None:
        await drain(
            queue=self._queue,
            beats=self._beats,
            hands=self._hands,
            hurry=self._hurry,
            grace_seconds=self._grace_seconds,
            log=self._log,
        )

    async def _beside(self, background: list["asyncio.Task[None]"], work: Coroutine[Any, Any, None]) -> None:
        """Runs work while the background runs; what ends the background ends it."""
        task = asyncio.create_task(work)
        try:
            await asyncio.wait([task, *background], return_when=asyncio.FIRST_COMPLETED)
            for one in (*background, task):
                if one.done():
                    one.result()
        finally:
            await _end([task])

    def _start(self, job: ClaimedJob, sent_at: float) -> None:
        hand = Hand(job, sent_at, self._on_finished)
        self._hands.add(hand)
        self._slots.take()
        self._metrics.job_started(job.kind)
        self._dispatch.start(hand)

    def _on_settled(self, hand: Hand) -> None:
        self._hands.discard(hand)
        self._slots.give()

    async def _store_and_settle(self, hand: Hand, document: Document) -> None:
        """A result that makes the document too large goes by reference; when that fails, so does the job."""
        try:
            stored = await publish_artifact(
                self._api, hand.ref, "result.json", document.large_result or b"", "application/json"
            )
            reference = {"name": stored.name, "digest": stored.digest, "bytes": stored.bytes}
            text = encode_outcome({**document.outcome, "resultRef": reference}).text
        except Exception as error:
            self._log.warn("a result could not be stored", job=hand.ref.job, reason=str(error))
            failure = DependencyDown("The result could not be stored.", code="RESULT_NOT_STORED")
            text = encode_outcome(outcome_of_error(failure)).text
        except asyncio.CancelledError:
            self._on_settled(hand)
            raise
        self._settler.settle(hand, text)


def _ending_of(finished: Finished) -> Ending:
    reason = finished.hand.stop_reason
    if reason == "lost":
        return "lost"
    if reason == "shutdown":
        return "released"
    if reason == "cancel":
        return "cancelled"
    ending: Ending = finished.document.outcome["status"]
    return ending


async def _end(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Cancels until they have ended: one that was just done with a call may swallow the first time."""
    left = {task for task in tasks if not task.done()}
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()  # one of them was raised already
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=0.1)
