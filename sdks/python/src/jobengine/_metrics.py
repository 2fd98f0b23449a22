"""Hooks for whoever counts: Prometheus, StatsD, a test."""

from collections.abc import Callable
from typing import Literal, Protocol

from ._log import Log

#: How an attempt ended here. ``lost``: its lease was gone; ``released``: it was given back.
Ending = Literal["succeeded", "incomplete", "failed", "cancelled", "lost", "released"]


class Metrics(Protocol):
    """What a worker reports. Called on the worker's own thread: count and return, never wait or raise."""

    def job_started(self, kind: str, /) -> None:
        """A job was claimed and handed to its handler."""

    def job_ended(self, kind: str, ending: Ending, seconds: float, /) -> None:
        """A handler ended, after so many seconds."""

    def beat(self, seconds: float, answered: bool, /) -> None:
        """A heartbeat was answered, or not, after so many seconds."""


class NoMetrics:
    """Counts nothing; derive from it to count only some things."""

    def job_started(self, kind: str, /) -> None:
        """Does nothing."""

    def job_ended(self, kind: str, ending: Ending, seconds: float, /) -> None:
        """Does nothing."""

    def beat(self, seconds: float, answered: bool, /) -> None:
        """Does nothing."""


class GuardedMetrics:
    """Passes on to the user's hooks; one that raises is switched off, and the worker goes on."""

    def __init__(self, target: Metrics, log: Log) -> None:
        self._target: Metrics = target
        self._log = log

    def job_started(self, kind: str, /) -> None:
        self._guard(lambda: self._target.job_started(kind))

    def job_ended(self, kind: str, ending: Ending, seconds: float, /) -> None:
        self._guard(lambda: self._target.job_ended(kind, ending, seconds))

    def beat(self, seconds: float, answered: bool, /) -> None:
        self._guard(lambda: self._target.beat(seconds, answered))

    def _guard(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            self._target = NoMetrics()
            self._log.error("the metrics hooks are switched off: one raised", reason=repr(error))
