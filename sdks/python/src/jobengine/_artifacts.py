"""Bytes that the engine keeps for a job."""

import asyncio
import base64
import hashlib
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO, Final
from urllib.parse import quote

from ._engine_api import Body, EngineApi
from ._hand import LeaseRef

#: What can be stored: bytes, the path of a file, or an open binary file that can seek. Files are read twice, in
#: pieces: once for the digest, once to be sent.
ArtifactSource = bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryIO

_PIECE_BYTES: Final = 262_144


@dataclass(frozen=True, slots=True)
class Artifact:
    """What the engine has stored."""

    name: str
    #: ``sha256:<64 hex>``
    digest: str
    bytes: int


def check_artifact_name(name: str) -> None:
    """Raises ValueError."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", name) is None:
        raise ValueError(f"Not an artifact name: {name!r}")


async def put_artifact(
    api: EngineApi, lease: LeaseRef, name: str, source: ArtifactSource, content_type: str
) -> Artifact:
    """The engine checks the digest and the lease's attempt; the same bytes again are a no-op."""
    check_artifact_name(name)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return await _put_bytes(api, lease, name, bytes(source), content_type)
    if isinstance(source, (str, os.PathLike)):
        file = await asyncio.to_thread(open, source, "rb")
        try:
            return await _put_file(api, lease, name, file, content_type)
        finally:
            await asyncio.to_thread(file.close)
    return await _put_file(api, lease, name, source, content_type)


async def _put_bytes(api: EngineApi, lease: LeaseRef, name: str, data: bytes, content_type: str) -> Artifact:
    digest = await asyncio.to_thread(lambda: hashlib.sha256(data).digest())
    return await _put(api, lease, name, lambda: data, digest, len(data), content_type)


async def _put_file(api: EngineApi, lease: LeaseRef, name: str, file: BinaryIO, content_type: str) -> Artifact:
    start = file.tell()
    digest, size = await asyncio.to_thread(_digest_of, file)

    def body() -> AsyncIterator[bytes]:
        return _pieces(file, start)

    return await _put(api, lease, name, body, digest, size, content_type)


async def _put(
    api: EngineApi,
    lease: LeaseRef,
    name: str,
    body: Body,
    digest: bytes,
    size: int,
    content_type: str,
) -> Artifact:
    path = f"/api/v1/worker/jobs/{quote(lease.job, safe='')}/artifacts/{quote(name, safe='')}"
    await api.request(
        "PUT",
        f"{path}?attempt={lease.attempt}&lease={lease.lease}",
        body=body,
        headers={
            "content-type": content_type,
            "content-length": str(size),
            "content-digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
        },
    )
    return Artifact(name=name, digest=f"sha256:{digest.hex()}", bytes=size)


def _digest_of(file: BinaryIO) -> tuple[bytes, int]:
    digest, size = hashlib.sha256(), 0
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    return digest.digest(), size


async def _pieces(file: BinaryIO, start: int) -> AsyncIterator[bytes]:
    await asyncio.to_thread(file.seek, start)
    while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
        yield piece
