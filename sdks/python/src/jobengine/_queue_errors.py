"""How calls to the queue fail."""

from typing import Final

#: The longest that a server's Retry-After is believed: beyond it one looks by oneself.
_MOST_RETRY_AFTER_SECONDS: Final = 60.0


class QueueLost(Exception):
    """This registration is worth nothing any more: the queue was rebuilt, or the key's user is gone."""


class QueueAway(Exception):
    """The server cannot be reached right now; the registration may still be good."""

    def __init__(self, retry_after_seconds: float | None = None) -> None:
        super().__init__("The queue cannot be reached right now.")
        self.retry_after_seconds = min(retry_after_seconds or 0.0, _MOST_RETRY_AFTER_SECONDS)
