"""A worker: registers, works, registers again when it must, drains."""

import asyncio
import concurrent.futures
import logging
import time
from typing import Final, Literal

from ._backoff import backoff_seconds
from ._dispatch import Dispatch
from ._engine_api import EngineApi
from ._errors import WorkerRefused
from ._handler import Handlers
from ._handlers_thread import handlers_thread
from ._log import Log
from ._log import logger as default_logger
from ._metrics import GuardedMetrics, Metrics, NoMetrics
from ._options import check_options, trusting
from ._own_thread import run_in_thread
from ._pause import finish, pause
from ._queue import QueueAway
from ._registration import Registration, RegistrationFailed, Transport, register
from ._session import Session
from ._signals import stopping_on_signals
from ._slots import Slots
from ._tls_trouble import explained
from ._tracing import PassOn, Tracing
from ._worker_key import secret_of

#: A registration that held so long was a good one: the waits start over.
_GOOD_SECONDS: Final = 10.0
#: How long handlers that were told to stop may take to end before the worker is gone without them.
_LAST_WORDS_SECONDS: Final = 1.0


class Worker:
    """Takes jobs of some kinds and gives each to its handler.

    Nothing happens before ``run()`` or ``serve()``, of which one may be called, once. Registration, heartbeats
    and queue traffic live on a loop in a thread of the worker's own, so that no handler can hold them up.

    :param api_url: Where the engine's API listens, say ``https://jobs.example.com``.
    :param worker_key: ``wk_<id>_<secret>``, as the engine minted it.
    :param transport: How to reach the queue: ``valkey`` by itself, ``https`` through the engine's API alone, for
        workers that are not trusted with Valkey or cannot reach it.
    :param ca_file: A PEM file of the authorities to trust for the API and for Valkey, instead of the system's.
    :param kinds: A handler for each job kind that this worker takes, 1 to 32.
    :param concurrency: Jobs at once, 1 to 1,000.
    :param build: Which build of the worker this is, shown to operators.
    :param drain_grace_seconds: How long a draining worker lets its handlers finish before it gives their jobs
        back.
    :param handle_signals: Drain on SIGTERM and SIGINT, leave at once on the second.
    :param logger: Default: the logger ``jobengine``.
    :param metrics: Hooks for counting.
    :param tracing: Carries traces further than the payload.
    :raises ValueError: when an option is wrong.
    """

    def __init__(
        self,
        *,
        api_url: str,
        worker_key: str,
        kinds: Handlers,
        transport: Transport = "valkey",
        ca_file: str | None = None,
        concurrency: int = 4,
        build: str | None = None,
        drain_grace_seconds: float = 20.0,
        handle_signals: bool = True,
        logger: logging.Logger | None = None,
        metrics: Metrics | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        check_options(
            api_url=api_url,
            transport=transport,
            kinds=kinds,
            concurrency=concurrency,
            drain_grace_seconds=drain_grace_seconds,
        )
        self._api_url = api_url
        self._worker_key = worker_key
        self._secret = secret_of(worker_key)
        self._transport = transport
        self._ca_file = ca_file
        self._verify = trusting(ca_file)
        self._kinds = dict(kinds)
        self._concurrency = concurrency
        self._last_id: str | None = None
        self._build = build
        self._grace_seconds = drain_grace_seconds
        self._handle_signals = handle_signals
        self._log = Log(logger or default_logger)
        self._metrics = GuardedMetrics(metrics or NoMetrics(), self._log)
        self._tracing = tracing or PassOn()
        self._is_started = False
        self._stops = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Future[None] | None = None
        self._hurry: asyncio.Future[None] | None = None

    def run(self) -> None:
        """Works until the worker was told to stop (a signal, ``stop()``, the engine) and has drained.

        Asynchronous handlers run on a loop in a thread. Lost connections and rebuilt queues are waited out.

        :raises WorkerRefused: when the engine will not have this worker.
        """
        with stopping_on_signals(self.stop, self._handle_signals), handlers_thread() as loop:
            ended = self._start(loop)
            try:
                ended.result()
            except KeyboardInterrupt:  # only where signals are not handled
                self._leave_now(ended)
                raise

    async def serve(self) -> None:
        """The same inside an event loop of yours, on which asynchronous handlers then run.

        Cancelling it gives everything back at once.

        :raises WorkerRefused: when the engine will not have this worker.
        """
        with stopping_on_signals(self.stop, self._handle_signals):
            ended = self._start(asyncio.get_running_loop())
            try:
                await asyncio.shield(asyncio.wrap_future(ended))
            except asyncio.CancelledError:
                await asyncio.to_thread(self._leave_now, ended)
                raise

    def stop(self) -> None:
        """Asks the worker to drain; ``run()`` returns when it has. A second call gives everything back at once.

        From any thread, and from signal handlers.
        """
        self._stops += 1
        if self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._see_stops)
            except RuntimeError:
                return  # it has ended

    def _start(self, handlers_loop: asyncio.AbstractEventLoop) -> "concurrent.futures.Future[None]":
        if self._is_started:
            raise RuntimeError("A worker runs once; create another.")
        self._is_started = True
        return run_in_thread("jobengine-worker", lambda: self._main(handlers_loop))

    def _leave_now(self, ended: "concurrent.futures.Future[None]") -> None:
        self.stop()
        self.stop()
        concurrent.futures.wait([ended], timeout=10)

    def _see_stops(self) -> None:
        if self._stops > 0 and self._stopping is not None:
            finish(self._stopping)
        if self._stops > 1 and self._hurry is not None:
            finish(self._hurry)

    def _drain(self) -> None:
        """The engine asked for it."""
        self._stops = max(self._stops, 1)
        self._see_stops()

    async def _main(self, handlers_loop: asyncio.AbstractEventLoop) -> None:
        """Everything of the worker but its handlers, on its own loop."""
        loop = asyncio.get_running_loop()
        self._stopping = loop.create_future()
        self._hurry = loop.create_future()
        self._loop = loop
        self._see_stops()  # stop() may have been called before
        slots = Slots(self._concurrency)
        api = EngineApi(self._api_url, self._worker_key, self._verify)
        dispatch = Dispatch(handlers=self._kinds, handlers_loop=handlers_loop, api=api, tracing=self._tracing)
        try:
            await self._work_until_stopped(slots, api, dispatch, self._stopping, self._hurry)
            await _until_all_free(slots, self._hurry)
        except WorkerRefused as error:
            self._log.error(str(error))
            raise
        finally:
            dispatch.close()
            await api.close()

    async def _work_until_stopped(
        self,
        slots: Slots,
        api: EngineApi,
        dispatch: Dispatch,
        stopping: "asyncio.Future[None]",
        hurry: "asyncio.Future[None]",
    ) -> None:
        failures = 0
        while not stopping.done():
            started_at = time.monotonic()
            try:
                if await self._work_once(slots, api, dispatch, stopping, hurry) == "stopped":
                    return
                if time.monotonic() - started_at > _GOOD_SECONDS:
                    failures = 0
                wait = backoff_seconds(failures, 0.1, 10.0)
            except (RegistrationFailed, QueueAway) as error:
                asked = error.retry_after_seconds if isinstance(error, RegistrationFailed) else None
                wait = asked or backoff_seconds(failures, 0.5, 10.0)
                self._log.warn(explained(error), retry_in_seconds=round(wait, 3))
            failures += 1
            await pause(wait, stopping)

    async def _work_once(
        self,
        slots: Slots,
        api: EngineApi,
        dispatch: Dispatch,
        stopping: "asyncio.Future[None]",
        hurry: "asyncio.Future[None]",
    ) -> Literal["stopped", "lost"]:
        registration = await self._register(stopping)
        if registration is None:
            return "stopped"
        self._last_id = registration.worker_id
        self._metrics.registered()
        self._log.info("registered", worker=registration.worker_id, queue=registration.queue)
        session = Session(
            registration=registration,
            secret=self._secret,
            ca_file=self._ca_file,
            kinds=list(self._kinds),
            dispatch=dispatch,
            api=api,
            slots=slots,
            log=self._log,
            metrics=self._metrics,
            drain_grace_seconds=self._grace_seconds,
            stopping=stopping,
            hurry=hurry,
            on_drain=self._drain,
        )
        return await session.run()

    async def _register(self, stopping: "asyncio.Future[None]") -> Registration | None:
        """``None`` when the worker was told to stop meanwhile."""
        task = asyncio.ensure_future(
            register(
                api_url=self._api_url,
                worker_key=self._worker_key,
                kinds=list(self._kinds),
                concurrency=self._concurrency,
                build=self._build,
                replaces=self._last_id,
                transport=self._transport,
                verify=self._verify,
            )
        )
        await pause(None, task, stopping)
        if task.done():
            return task.result()
        task.cancel()
        return None


async def _until_all_free(slots: Slots, hurry: "asyncio.Future[None]") -> None:
    """Lets handlers that were told to stop clean up."""
    end = time.monotonic() + _LAST_WORDS_SECONDS
    while slots.free < slots.size and time.monotonic() < end and not hurry.done():
        await pause(end - time.monotonic(), slots.until_given(), hurry)
