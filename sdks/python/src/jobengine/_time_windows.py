"""Cuts the time from a watermark to now."""

from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple

_NONE: Final = timedelta(0)
_UTC: Final = timezone.utc


class TimeWindow(NamedTuple):
    """A stretch of time: what is after ``start``, and not after ``end``."""

    start: datetime
    end: datetime


def time_windows(
    start: datetime,
    end: datetime,
    *,
    size: timedelta,
    overlap: timedelta = _NONE,
    lag: timedelta = _NONE,
    limit: int = 1_000,
) -> list[TimeWindow]:
    """Windows of at most ``size``, oldest first.

    Without overlap each starts where the one before it ended; the last one may be shorter. Advance the watermark
    to the ``end`` of each window that is done.

    :param start: What the watermark says; both instants have a time zone.
    :param overlap: How far each window reaches back into the time before it, for what came late.
    :param lag: The youngest time that is left alone, since what belongs to it may not be there yet.
    :param limit: The most windows; the rest is for the next time.
    :raises ValueError: when an option makes no sense.
    """
    if start.utcoffset() is None or end.utcoffset() is None:
        raise ValueError("start and end need a time zone.")
    if size <= _NONE:
        raise ValueError("size is above 0.")
    if overlap < _NONE or lag < _NONE:
        raise ValueError("overlap and lag are 0 or more.")
    if limit < 1:
        raise ValueError("limit is 1 or more.")
    # Differences between instants of one zone are of its wall clock: only those of UTC are real time.
    zone = start.tzinfo
    at, last = start.astimezone(_UTC), end.astimezone(_UTC) - lag
    windows: list[TimeWindow] = []
    while at < last and len(windows) < limit:
        until = min(at + size, last)
        windows.append(TimeWindow((at - overlap).astimezone(zone), until.astimezone(zone)))
        at += size
    return windows
