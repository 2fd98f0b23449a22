"""Waits between tries."""

import random


def backoff_seconds(failures: int, first: float, most: float) -> float:
    """The wait before try number ``failures`` + 1: doubles from ``first`` to ``most``, jitter above half."""
    ceiling = min(most, first * 2.0 ** min(failures, 20))
    return ceiling / 2 + random.random() * ceiling / 2
