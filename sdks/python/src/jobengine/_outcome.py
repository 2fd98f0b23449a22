"""The outcome document that ends an attempt: from what a handler returned or raised to bytes."""

import json
import os
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

from ._errors import ErrorClass, JobFailure, RetryAfter
from ._limits import (
    MAX_ERROR_CODE_CHARS,
    MAX_ERROR_MESSAGE_BYTES,
    MAX_OUTCOME_BYTES,
    MAX_REASON_CHARS,
)

#: An outcome document, not yet written.
Outcome = dict[str, Any]

_SHOWN_FRAMES: Final = 5
_PACKAGE_FOLDER: Final = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True, slots=True)
class Incomplete:
    """To be returned when the work was done as far as it goes and an honest answer has a gap, say ``no_sbom``.

    ``reason`` is a short code or a sentence, at most 1,024 characters.
    """

    reason: str
    result: Any = None


@dataclass(frozen=True, slots=True)
class Document:
    """An outcome as it goes on the wire. ``large_result`` is what must be stored and named in it before."""

    outcome: Outcome
    text: bytes
    large_result: bytes | None = None


def outcome_of_return(value: Any) -> Outcome:
    """What a handler's return value means."""
    if isinstance(value, Incomplete):
        reason = _clean(str(value.reason))[:MAX_REASON_CHARS] or "unspecified"
        outcome: Outcome = {"status": "incomplete", "reason": reason}
        if value.result is not None:
            outcome["result"] = value.result
        return outcome
    return {"status": "succeeded"} if value is None else {"status": "succeeded", "result": value}


def outcome_of_error(error: BaseException) -> Outcome:
    """What an exception means: the typed ones say it, any other is ``transient`` with a short traceback."""
    if isinstance(error, JobFailure):
        seconds = error.seconds if isinstance(error, RetryAfter) else None
        return _failed(error.error_class, error.message, error.code, seconds)
    code = getattr(error, "code", None)
    return _failed("transient", _traceback_of(error), code if isinstance(code, str) else type(error).__name__)


def encode_outcome(outcome: Outcome) -> Document:
    """Never raises: a result without a JSON form is a permanent failure of that job."""
    try:
        text = to_json(outcome)
        if len(text) <= MAX_OUTCOME_BYTES or "result" not in outcome:
            return Document(outcome, text)
        rest = {name: value for name, value in outcome.items() if name != "result"}
        return Document(rest, to_json(rest), large_result=to_json(outcome["result"]))
    except Exception as error:
        why = f"The handler's result has no JSON form: {_message_of(error)}"
        failure = _failed("permanent", why, "RESULT_NOT_JSON")
        if "durations" in outcome:
            failure["durations"] = outcome["durations"]
        return Document(failure, to_json(failure))


def _failed(error_class: ErrorClass, message: str, code: str | None, retry_after: float | None = None) -> Outcome:
    error: dict[str, Any] = {
        "class": error_class,
        "message": cut_to_bytes(_clean(str(message)), MAX_ERROR_MESSAGE_BYTES),
    }
    if code is not None:
        error["code"] = _clean(str(code))[:MAX_ERROR_CODE_CHARS]
    if retry_after is not None:
        error["retryAfterSeconds"] = retry_after
    return {"status": "failed", "error": error}


def to_json(value: Any) -> bytes:
    """Raises ValueError or TypeError when the value has no JSON form."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # lone surrogates, say of a file name: escaped they are JSON
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")


def _traceback_of(error: BaseException) -> str:
    """The message and the innermost frames: enough to find the place, little enough to store a million times."""
    lines = [f"{type(error).__name__}: {_message_of(error)}"]
    lines += _frames_of(error.__traceback__)
    cause = error.__cause__
    if cause is not None:
        lines.append(f"caused by {type(cause).__name__}: {_message_of(cause)}")
    return "\n".join(lines)


def _frames_of(traceback: TracebackType | None) -> list[str]:
    innermost: deque[str] = deque(maxlen=_SHOWN_FRAMES)
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if os.path.dirname(code.co_filename) != _PACKAGE_FOLDER:
            place = "/".join(code.co_filename.replace("\\", "/").split("/")[-2:])
            innermost.appendleft(f"at {code.co_name} ({place}:{traceback.tb_lineno})")
        traceback = traceback.tb_next
    return list(innermost)


def _message_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(its message cannot be read)"


def _clean(text: str) -> str:
    """Without what UTF-8 cannot say: exceptions about file names carry lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def cut_to_bytes(text: str, limit: int) -> str:
    """Cuts text so that it has at most this many UTF-8 bytes, never inside a character."""
    encoded = text.encode("utf-8")
    return text if len(encoded) <= limit else encoded[:limit].decode("utf-8", "ignore")
