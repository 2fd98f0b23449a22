"""Announcing a worker to the engine."""

import math
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from ._errors import WorkerRefused
from ._limits import PROTOCOL_VERSION
from ._version import __version__

_FINAL_STATUSES = frozenset({400, 401, 403, 404, 422})
_TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Registration:
    """What the engine tells a worker that registered: where the queue is and how to speak to it."""

    worker_id: str
    queue: str
    #: ``{je:<queue>}:``
    key_prefix: str
    epoch: str
    #: Without credentials: the worker's own are used, whatever the address carries.
    valkey_url: str
    valkey_username: str
    lease_seconds: float
    beat_seconds: float


class RegistrationFailed(Exception):
    """Registration did not work this time."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


async def register(
    *,
    api_url: str,
    worker_key: str,
    kinds: Sequence[str],
    concurrency: int,
    build: str | None,
    replaces: str | None,
) -> Registration:
    """Raises WorkerRefused when trying again is pointless, RegistrationFailed when it is not."""
    body: dict[str, Any] = {
        "protocolVersions": [PROTOCOL_VERSION],
        "kinds": list(kinds),
        "sdk": {"language": "python", "version": __version__},
        "host": socket.gethostname(),
        "concurrency": concurrency,
    }
    if build is not None:
        body["build"] = build
    if replaces is not None:
        body["replaces"] = replaces
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
            response = await client.post(
                f"{api_url.rstrip('/')}/api/v1/worker/register",
                headers={"authorization": f"Bearer {worker_key}", "accept": "application/json"},
                json=body,
            )
    except (httpx.HTTPError, OSError) as error:
        raise RegistrationFailed("The engine's API cannot be reached.") from error
    if response.status_code in _FINAL_STATUSES:
        raise WorkerRefused(f"The engine refused to register this worker ({response.status_code}).")
    if not response.is_success:
        raise RegistrationFailed(
            f"Registration was answered {response.status_code}.",
            retry_after_of(response.headers),
        )
    try:
        document = response.json()
    except ValueError:
        document = None
    return parse_registration(document)


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asked for. Dates are not read: they need clocks that agree."""
    value = headers.get("retry-after", "").strip()
    return float(value) if value.isascii() and value.isdigit() and 0 < int(value) < 10**9 else None


def parse_registration(document: object) -> Registration:
    """Raises WorkerRefused when the answer names another protocol, RegistrationFailed when it is unreadable."""
    root = _record(document)
    valkey = _record(root.get("valkey"))
    version = root.get("protocolVersion")
    if version != PROTOCOL_VERSION or isinstance(version, bool):
        raise WorkerRefused(f"The engine speaks queue protocol {version}, this SDK {PROTOCOL_VERSION}.")
    return Registration(
        worker_id=_text(root, "workerId"),
        queue=_text(root, "queue"),
        key_prefix=_text(root, "keyPrefix"),
        epoch=_text(root, "epoch"),
        valkey_url=_address(_text(valkey, "url")),
        valkey_username=_text(valkey, "username"),
        lease_seconds=_seconds(root, "leaseSeconds"),
        beat_seconds=_seconds(root, "beatSeconds"),
    )


def _record(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _unreadable("an object is missing")
    return value


def _text(record: Mapping[str, object], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value:
        raise _unreadable(name)
    return value


def _seconds(record: Mapping[str, object], name: str) -> float:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _unreadable(name)
    if not (value > 0 and math.isfinite(value)):
        raise _unreadable(name)
    return float(value)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise _unreadable("valkey.url")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _unreadable(what: str) -> RegistrationFailed:
    return RegistrationFailed(f"The engine's registration answer cannot be read: {what}.")
