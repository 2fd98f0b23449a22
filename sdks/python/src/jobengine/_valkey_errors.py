"""What a failed command of Valkey means."""

import asyncio

from valkey import exceptions as valkey

from ._queue_errors import QueueAway, QueueLost

_LOST_WORDS = (
    "WRONG_EPOCH",
    "NOAUTH",
    "WRONGPASS",
    "NOPERM",
    "Function not found",
    "ERR Function not found",
)
_AWAY_WORDS = frozenset(
    {"LOADING", "OOM", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "MISCONF"}
)


def to_queue_error(error: BaseException) -> BaseException:
    """Sorts what a command failed with; an unknown reply (say BAD_ARGUMENT) is a bug and stays as it is."""
    text = str(error)
    if isinstance(error, (valkey.AuthenticationError, valkey.AuthorizationError, valkey.NoPermissionError)):
        return QueueLost(f"The queue must be joined anew: {text[:200]}")
    if isinstance(error, valkey.ResponseError) and text.startswith(_LOST_WORDS):
        return QueueLost(f"The queue must be joined anew: {text[:200]}")
    if isinstance(error, (valkey.ConnectionError, valkey.TimeoutError, valkey.InvalidResponse)):
        return QueueAway()
    if isinstance(error, (OSError, EOFError, asyncio.TimeoutError)):
        return QueueAway()
    if isinstance(error, (valkey.OutOfMemoryError, valkey.ReadOnlyError)):
        return QueueAway()
    if isinstance(error, valkey.ResponseError) and text.partition(" ")[0] in _AWAY_WORDS:
        return QueueAway()
    return error
