"""Announcing a worker to the engine."""

import math
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import httpx

from ._errors import WorkerRefused
from ._limits import PROTOCOL_VERSION
from ._version import __version__

_FINAL_STATUSES = frozenset({400, 401, 403, 404, 422})
_TIMEOUT_SECONDS = 15.0


#: The ways to the queue: by oneself, or through the engine's API.
Transport = Literal["valkey", "https"]


@dataclass(frozen=True, slots=True)
class ValkeyAccess:
    """Where the queue is and how to speak to it."""

    #: ``{je:<queue>}:``
    key_prefix: str
    #: Without credentials: the worker's own are used, whatever the address carries.
    url: str
    username: str


@dataclass(frozen=True, slots=True)
class HttpsAccess:
    """Where the engine takes the worker's calls."""

    #: Below the address of the API.
    path: str
    #: The longest that a claim may wait for work.
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class Registration:
    """What the engine tells a worker that registered."""

    worker_id: str
    queue: str
    epoch: str
    lease_seconds: float
    beat_seconds: float
    access: ValkeyAccess | HttpsAccess


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
    transport: Transport = "valkey",
    verify: ssl.SSLContext | bool = True,
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
    if transport != "valkey":  # engines take it that know no other
        body["transport"] = transport
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, verify=verify) as client:
            response = await client.post(
                f"{api_url.rstrip('/')}/api/v1/worker/register",
                headers={"authorization": f"Bearer {worker_key}", "accept": "application/json"},
                json=body,
            )
    except (httpx.HTTPError, OSError) as error:
        raise RegistrationFailed("The engine's API cannot be reached.") from error
    if response.status_code in _FINAL_STATUSES:
        said = problem_detail(response)
        why = f": {said}" if said else ""
        raise WorkerRefused(f"The engine refused to register this worker ({response.status_code}){why}")
    if not response.is_success:
        raise RegistrationFailed(
            f"Registration was answered {response.status_code}.",
            retry_after_of(response.headers),
        )
    try:
        document = response.json()
    except ValueError:
        document = None
    return parse_registration(document, transport)


def problem_detail(response: httpx.Response) -> str:
    """What a problem document says in words, or nothing."""
    try:
        problem = response.json()
    except ValueError:
        return ""
    words = (problem.get("detail") or problem.get("title")) if isinstance(problem, dict) else None
    return words[:500] if isinstance(words, str) else ""


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asked for. Dates are not read: they need clocks that agree."""
    value = headers.get("retry-after", "").strip()
    return float(value) if value.isascii() and value.isdigit() and 0 < int(value) < 10**9 else None


def parse_registration(document: object, transport: Transport = "valkey") -> Registration:
    """Raises WorkerRefused when the answer names another protocol, RegistrationFailed when it is unreadable."""
    root = _record(document)
    version = root.get("protocolVersion")
    if version != PROTOCOL_VERSION or isinstance(version, bool):
        raise WorkerRefused(f"The engine speaks queue protocol {version}, this SDK {PROTOCOL_VERSION}.")
    return Registration(
        worker_id=_text(root, "workerId"),
        queue=_text(root, "queue"),
        epoch=_text(root, "epoch"),
        lease_seconds=_seconds(root, "leaseSeconds"),
        beat_seconds=_seconds(root, "beatSeconds"),
        access=_https_access(root) if transport == "https" else _valkey_access(root),
    )


def _valkey_access(root: Mapping[str, object]) -> ValkeyAccess:
    valkey = _record(root.get("valkey"))
    return ValkeyAccess(
        key_prefix=_text(root, "keyPrefix"),
        url=_address(_text(valkey, "url")),
        username=_text(valkey, "username"),
    )


def _https_access(root: Mapping[str, object]) -> HttpsAccess:
    https = _record(root.get("https"))
    path = _text(https, "path")
    if re.fullmatch(r"/[A-Za-z0-9._~/-]*", path) is None:
        raise _unreadable("https.path")
    return HttpsAccess(path=path.rstrip("/"), wait_seconds=_seconds(https, "waitSeconds"))


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
