"""How far jobs of one kind have come in something that they read."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ._api_client import ApiClient, SyncApiClient
from ._hand import LeaseRef


@dataclass(frozen=True, slots=True)
class Advance:
    """Whether a watermark was moved, and what it has now."""

    #: False: it had another value by now, and nothing was changed.
    advanced: bool
    value: str | None


class Watermark:
    """Of the tenant and the kind of the job, under a name. For asynchronous handlers."""

    def __init__(self, api: ApiClient, lease: LeaseRef, name: str) -> None:
        self._api = api
        self._path = _path_of(lease, name)

    async def get(self) -> str | None:
        """The value; ``None`` when it was never moved, or was sent back to the start."""
        return _value_of(await self._api.get(self._path))

    async def advance(self, start: str | None, to: str, *, monotone: bool = False) -> Advance:
        """Moves it from the value that was read to a new one of 1 to 512 bytes.

        The same move again by the same job is the move that was made. ``monotone``: both are RFC 3339 instants,
        and it must not go back.
        """
        move = _move(start, to, monotone)
        return _advance_of((await self._api.request("PUT", self._path, json=move)).json())


class SyncWatermark:
    """The same for synchronous handlers."""

    def __init__(self, api: SyncApiClient, lease: LeaseRef, name: str) -> None:
        self._api = api
        self._path = _path_of(lease, name)

    def get(self) -> str | None:
        """The value; ``None`` when it was never moved, or was sent back to the start."""
        return _value_of(self._api.get(self._path))

    def advance(self, start: str | None, to: str, *, monotone: bool = False) -> Advance:
        """Moves it from the value that was read to a new one of 1 to 512 bytes.

        The same move again by the same job is the move that was made. ``monotone``: both are RFC 3339 instants,
        and it must not go back.
        """
        move = _move(start, to, monotone)
        return _advance_of(self._api.request("PUT", self._path, json=move).json())


def _path_of(lease: LeaseRef, name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.:-]{1,128}", name) is None:
        raise ValueError(f"Not a watermark's name: {name!r}")
    job = quote(lease.job, safe="")
    return f"/api/v1/worker/jobs/{job}/watermarks/{quote(name, safe='')}?attempt={lease.attempt}"


def _move(start: str | None, to: str, monotone: bool) -> dict[str, Any]:
    return {"from": start, "to": to, "monotone": monotone}


def _value_of(document: Any) -> str | None:
    value = document["value"]
    return None if value is None else str(value)


def _advance_of(document: Any) -> Advance:
    return Advance(advanced=document["advanced"] is True, value=_value_of(document["watermark"]))
