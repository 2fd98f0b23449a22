"""Runs handlers: asynchronous ones on the handlers' loop, synchronous ones in threads."""

import asyncio
import inspect
import time
from collections.abc import Awaitable
from typing import Any, NamedTuple, cast

from ._context import JobContext, SyncJobContext
from ._engine_api import EngineApi
from ._errors import InvalidInput, Permanent, StopReason
from ._hand import Hand
from ._handler import AsyncHandler, Handlers, SyncHandler, as_async
from ._job import to_job
from ._mailbox import Mailbox
from ._outcome import Document, Outcome, encode_outcome, outcome_of_error, outcome_of_return
from ._own_loop import OwnLoop
from ._threads import Threads
from ._tracing import Tracing


class Finished(NamedTuple):
    """A handler has ended, in whatever way."""

    hand: Hand
    document: Document
    seconds: float
    #: Somebody pressed Ctrl-C, and it hit the handler.
    is_interrupted: bool = False


class Dispatch:
    """Every hand that is started is told once, on the worker's loop, that its handler has finished."""

    def __init__(
        self,
        *,
        handlers: Handlers,
        handlers_loop: asyncio.AbstractEventLoop,
        api: EngineApi,
        tracing: Tracing,
    ) -> None:
        own_loop = asyncio.get_running_loop()
        self._async: dict[str, AsyncHandler] = {}
        self._sync: dict[str, SyncHandler] = {}
        for kind, handler in handlers.items():
            if (written_async := as_async(handler)) is not None:
                self._async[kind] = written_async
            else:
                self._sync[kind] = cast(SyncHandler, handler)
        self._api = api
        self._tracing = tracing
        self._own_loop = OwnLoop(own_loop)
        self._handlers_loop = handlers_loop
        self._threads = Threads()
        self._tasks: set[asyncio.Task[Finished]] = set()
        self._reports: Mailbox[Finished] = Mailbox(own_loop, _tell)
        self._starts: Mailbox[Hand] = Mailbox(handlers_loop, self._start_task)

    def start(self, hand: Hand) -> None:
        """Never raises for what the handler does."""
        kind = hand.claimed.kind
        if kind in self._async:
            self._starts.post(hand)
        elif kind in self._sync:
            handler = self._sync[kind]
            try:
                self._threads.submit(lambda: self._report(self._run_sync(hand, handler)))
            except RuntimeError as error:  # the machine has no thread left
                self._report(_finish(hand, outcome_of_error(error), time.monotonic()))
        else:
            unknown = Permanent("This worker has no such kind.", code="KIND_UNKNOWN")
            self._report(_finish(hand, outcome_of_error(unknown), time.monotonic()))

    def close(self) -> None:
        self._threads.close()

    def _report(self, finished: Finished) -> None:
        try:
            self._reports.post(finished)
        except RuntimeError:
            return  # the worker has left; nobody waits for this job any more

    def _start_task(self, hand: Hand) -> None:
        started = time.monotonic()
        task = asyncio.ensure_future(self._run_async(hand, self._async[hand.claimed.kind]))
        self._tasks.add(task)  # the loop itself holds tasks only weakly

        is_told = False

        def cancel_once(reason: StopReason) -> None:
            nonlocal is_told
            if not is_told:  # a second time would break into what the handler does to clean up
                is_told = True
                task.cancel(reason)

        def cancel(reason: StopReason) -> None:
            try:
                self._handlers_loop.call_soon_threadsafe(cancel_once, reason)
            except RuntimeError:
                return  # that loop is closed, and the task with it

        undo = hand.on_stop(cancel)

        def done(_: "asyncio.Task[Finished]") -> None:
            self._tasks.discard(task)
            undo()
            # A task that is cancelled before its first step never runs a line of its own.
            ended = asyncio.CancelledError() if task.cancelled() else task.exception()
            if ended is None:
                self._report(task.result())
            else:
                self._report(_finish(hand, outcome_of_error(ended), started))

        task.add_done_callback(done)

    async def _run_async(self, hand: Hand, handler: AsyncHandler) -> Finished:
        started = time.monotonic()
        try:
            job = to_job(hand.claimed)
        except ValueError:
            return _finish(hand, _not_json(), started)
        try:
            context = JobContext(job, hand, self._api, self._own_loop, self._tracing)
            with self._tracing.span(job):
                value = await handler(job, context)
        except BaseException as error:  # also SystemExit: a handler does not end the worker
            return _finish_failed(hand, error, started)
        return _finish(hand, outcome_of_return(value), started)

    def _run_sync(self, hand: Hand, handler: SyncHandler) -> Finished:
        started = time.monotonic()
        try:
            job = to_job(hand.claimed)
        except ValueError:
            return _finish(hand, _not_json(), started)
        try:
            context = SyncJobContext(job, hand, self._api, self._own_loop, self._tracing)
            with self._tracing.span(job):
                value = handler(job, context)
                _refuse_awaitable(value)
        except BaseException as error:  # also SystemExit: a handler does not end the worker
            return _finish_failed(hand, error, started)
        return _finish(hand, outcome_of_return(value), started)


def _tell(finished: Finished) -> None:
    finished.hand.on_finished(finished)


def _refuse_awaitable(value: Any) -> None:
    if isinstance(value, Awaitable):
        if inspect.iscoroutine(value):
            value.close()
        raise Permanent("The handler is not `async def` but answered an awaitable.", code="NOT_ASYNC")


def _not_json() -> Outcome:
    return outcome_of_error(InvalidInput("The job's payload is not JSON.", code="PAYLOAD_NOT_JSON"))


def _finish_failed(hand: Hand, error: BaseException, started: float) -> Finished:
    finished = _finish(hand, outcome_of_error(error), started)
    return finished._replace(is_interrupted=isinstance(error, KeyboardInterrupt))


def _finish(hand: Hand, outcome: Outcome, started: float) -> Finished:
    seconds = time.monotonic() - started
    timed = {**outcome, "durations": {"handlerMs": round(seconds * 1_000)}}
    return Finished(hand, encode_outcome(timed), seconds)
