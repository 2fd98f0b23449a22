"""The progress document that travels with a beat."""

import json
from typing import Any

from ._limits import MAX_PHASE_CHARS, MAX_PROGRESS_BYTES, MAX_PROGRESS_MESSAGE_CHARS


def progress_text(done: float, total: float | None, phase: str | None, message: str | None) -> bytes:
    """Within the protocol's 512 bytes; a message that does not fit is left out. Raises ValueError, TypeError."""
    document: dict[str, Any] = {"done": _number(done)}
    if total is not None:
        document["total"] = _number(total)
    if phase is not None:
        document["phase"] = phase[:MAX_PHASE_CHARS]
    if message is not None:
        whole = _encode({**document, "message": message[:MAX_PROGRESS_MESSAGE_CHARS]})
        if len(whole) <= MAX_PROGRESS_BYTES:
            return whole
    return _encode(document)


def _number(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("progress takes numbers.")
    return value


def _encode(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")
