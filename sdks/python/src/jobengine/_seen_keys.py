"""Suppresses duplicates in what a worker reads."""

import hashlib
import threading
import time


class SeenKeys:
    """Remembers the keys of what was seen lately, in this process alone, say where windows overlap.

    It keeps 16 bytes of a key's SHA-256, whatever the length of the key, and may be used from several threads. It
    saves work and promises nothing: another process, or this one after a restart, sees the same key as a first
    one. What must not happen twice needs an effect that may be repeated.

    :param window_seconds: How long a key is remembered from its first sight.
    :param most: The most keys; beyond them the oldest are forgotten.
    :raises ValueError: when an option makes no sense.
    """

    def __init__(self, *, window_seconds: float, most: int = 100_000) -> None:
        if not window_seconds > 0:
            raise ValueError("window_seconds is above 0.")
        if most < 1:
            raise ValueError("most is 1 or more.")
        self._window_seconds = window_seconds
        self._most = most
        #: In the order of first sight.
        self._seen: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def is_first(self, key: str, *, now: float | None = None) -> bool:
        """True for a key that is not remembered; it is from now on. ``now`` is a monotonic clock's, for tests."""
        at = time.monotonic() if now is None else now
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:16]
        with self._lock:
            self._forget(at)
            if digest in self._seen:
                return False
            self._seen[digest] = at
            self._forget(at)
            return True

    def _forget(self, now: float) -> None:
        over: list[bytes] = []
        for digest, at in self._seen.items():
            if now - at < self._window_seconds and len(self._seen) - len(over) <= self._most:
                break
            over.append(digest)
        for digest in over:
            del self._seen[digest]
