"""A job that this worker has in hand, from claim until it is settled, released or lost."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from ._errors import StopReason
from ._wire import ClaimedJob


class LeaseRef(NamedTuple):
    """Names a lease: beat, settle, release and artifacts need all three."""

    job: str
    attempt: int
    lease: int


class Hand:
    """Belongs to the worker's thread; handlers read ``stop_reason``, wait on ``stop_event``, set progress."""

    __slots__ = (
        "_progress",
        "_stop_hooks",
        "_stop_reason",
        "claimed",
        "is_settling",
        "on_finished",
        "ref",
        "renewed_at",
        "stop_event",
    )

    def __init__(self, claimed: ClaimedJob, now: float, on_finished: Callable[[Any], None]) -> None:
        """``now`` is the monotonic clock from before the claim was sent: never later than the lease's start."""
        self.claimed = claimed
        #: Called once on the worker's thread, when the handler has ended.
        self.on_finished = on_finished
        self.ref = LeaseRef(claimed.job, claimed.attempt, claimed.lease)
        #: The lease is known to hold until its length after this instant of the monotonic clock.
        self.renewed_at = now
        #: Its outcome waits to be sent, or is on its way: too late to give it back.
        self.is_settling = False
        self.stop_event = threading.Event()
        self._stop_reason: StopReason | None = None
        self._stop_hooks: list[Callable[[StopReason], object]] = []
        self._progress: deque[bytes] = deque(maxlen=1)

    @property
    def stop_reason(self) -> StopReason | None:
        """Why it was told to stop, if it was."""
        return self._stop_reason

    @property
    def is_gone(self) -> bool:
        """Lost or given back: nothing of it may be sent any more."""
        return self._stop_reason in ("lost", "shutdown")

    def stop(self, reason: StopReason) -> None:
        """Tells the handler to stop.

        The first reason stays, but ``lost`` and ``shutdown`` overrule ``cancel``.
        """
        if self._stop_reason == reason or self.is_gone:
            return
        self._stop_reason = reason
        self.stop_event.set()
        for hook in list(self._stop_hooks):
            hook(reason)

    def on_stop(self, hook: Callable[[StopReason], object]) -> Callable[[], None]:
        """Calls the hook when the job is told to stop, at once when it was already. Answers how to undo it."""
        self._stop_hooks.append(hook)
        if self._stop_reason is not None:
            hook(self._stop_reason)

        def undo() -> None:
            if hook in self._stop_hooks:
                self._stop_hooks.remove(hook)

        return undo

    def set_progress(self, text: bytes) -> None:
        self._progress.append(text)

    def take_progress(self) -> bytes:
        """The progress that was not yet sent, or nothing."""
        try:
            return self._progress.pop()
        except IndexError:
            return b""

    def restore_progress(self, text: bytes) -> None:
        """Keeps what a lost beat carried, unless there is something newer."""
        if text and not self._progress:
            self._progress.append(text)
