"""Hooks for whoever counts: Prometheus, StatsD, a test."""

from collections.abc import Callable
from typing import Literal, Protocol

from ._log import Log

#: How an attempt ended here. ``lost``: its lease was gone; ``released``: it was given back.
Ending = Literal["succeeded", "incomplete", "failed", "cancelled", "lost", "released"]


class Metrics(Protocol):
    """What a worker reports. Called on the worker's own thread: count and return, never wait or raise.

    What the hooks are for, and under which names, stands in sdks/METRICS.md.
    """

    def registered(self) -> None:
        """The engine took the worker in; more than once means that the queue was lost in between."""

    def job_started(self, kind: str, /) -> None:
        """A job was claimed and handed to its handler."""

    def job_ended(self, kind: str, ending: Ending, error_class: str, seconds: float, /) -> None:
        """A handler ended, after so many seconds. ``error_class`` is that of a failure, empty otherwise."""

    def beat(self, seconds: float, answered: bool, /) -> None:
        """A heartbeat was answered, or not, after so many seconds."""

    def outcomes_sent(self, verdict: str, count: int, /) -> None:
        """The queue's verdict on outcomes: accepted, known, stale, too_large, invalid."""

    def queue_failed(self) -> None:
        """A call to the queue failed and is tried again."""


class NoMetrics:
    """Counts nothing; derive from it to count only some things."""

    def registered(self) -> None:
        """Does nothing."""

    def job_started(self, kind: str, /) -> None:
        """Does nothing."""

    def job_ended(self, kind: str, ending: Ending, error_class: str, seconds: float, /) -> None:
        """Does nothing."""

    def beat(self, seconds: float, answered: bool, /) -> None:
        """Does nothing."""

    def outcomes_sent(self, verdict: str, count: int, /) -> None:
        """Does nothing."""

    def queue_failed(self) -> None:
        """Does nothing."""


class GuardedMetrics:
    """Passes on to the user's hooks; one that raises is switched off, and the worker goes on."""

    def __init__(self, target: Metrics, log: Log) -> None:
        self._target: Metrics = target
        self._log = log

    def registered(self) -> None:
        self._guard(lambda: self._target.registered())

    def job_started(self, kind: str, /) -> None:
        self._guard(lambda: self._target.job_started(kind))

    def job_ended(self, kind: str, ending: Ending, error_class: str, seconds: float, /) -> None:
        self._guard(lambda: self._target.job_ended(kind, ending, error_class, seconds))

    def beat(self, seconds: float, answered: bool, /) -> None:
        self._guard(lambda: self._target.beat(seconds, answered))

    def outcomes_sent(self, verdict: str, count: int, /) -> None:
        self._guard(lambda: self._target.outcomes_sent(verdict, count))

    def queue_failed(self) -> None:
        self._guard(lambda: self._target.queue_failed())

    def _guard(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            self._target = NoMetrics()
            self._log.error("the metrics hooks are switched off: one raised", reason=repr(error))
