"""Bytes that the engine keeps for a job."""

import asyncio
import base64
import hashlib
import io
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO, Final, cast
from urllib.parse import quote

from ._engine_api import Body, EngineApi
from ._hand import LeaseRef

#: What can be stored: bytes, the path of a file, an open binary file, or pieces of bytes, from a generator, say.
#: Files are read twice, in pieces: once for the digest, once to be sent. What cannot seek goes through memory up
#: to 1 MB and a temporary file beyond.
ArtifactSource = bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryIO | Iterable[bytes]

_PIECE_BYTES: Final = 262_144
_MEMORY_BYTES: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class Artifact:
    """What the engine has stored."""

    name: str
    #: Where the bytes are: a path below the API's address, for whoever may read the tenant's runs.
    uri: str
    #: ``sha256:<64 hex>``
    digest: str
    bytes: int


def check_artifact_name(name: str) -> None:
    """Raises ValueError."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", name) is None:
        raise ValueError(f"Not an artifact name: {name!r}")


async def publish_artifact(
    api: EngineApi,
    lease: LeaseRef,
    name: str,
    source: ArtifactSource,
    mime: str,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Artifact:
    """The engine checks the digest and the lease's attempt; the same bytes again are the same artifact."""
    check_artifact_name(name)
    upload = _Upload(api, lease, name, mime, headers)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return await upload.send_bytes(bytes(source))
    file, is_ours = await asyncio.to_thread(_open, source)
    try:
        return await upload.send_file(file)
    finally:
        if is_ours:
            await asyncio.to_thread(file.close)


@dataclass(frozen=True, slots=True)
class _Upload:
    api: EngineApi
    lease: LeaseRef
    name: str
    mime: str
    headers: Mapping[str, str]

    async def send_bytes(self, data: bytes) -> Artifact:
        digest = await asyncio.to_thread(lambda: hashlib.sha256(data).digest())
        return await self._send(lambda: data, digest, len(data))

    async def send_file(self, file: BinaryIO) -> Artifact:
        start = file.tell()
        digest, size = await asyncio.to_thread(_digest_of, file)

        def body() -> AsyncIterator[bytes]:
            return _pieces(file, start)

        return await self._send(body, digest, size)

    async def _send(self, body: Body, digest: bytes, size: int) -> Artifact:
        job, name = quote(self.lease.job, safe=""), quote(self.name, safe="")
        place = f"attempt={self.lease.attempt}&lease={self.lease.lease}"
        response = await self.api.request(
            "PUT",
            f"/api/v1/worker/jobs/{job}/artifacts/{name}?{place}",
            body=body,
            headers={
                **self.headers,
                "content-type": self.mime,
                "content-length": str(size),
                "content-digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
            },
        )
        uri = str(response.json()["uri"])
        return Artifact(name=self.name, uri=uri, digest=f"sha256:{digest.hex()}", bytes=size)


def _open(source: str | os.PathLike[str] | BinaryIO | Iterable[bytes]) -> tuple[BinaryIO, bool]:
    """A file that can seek, and whether it is ours to close."""
    if isinstance(source, (str, os.PathLike)):
        return open(source, "rb"), True
    if isinstance(source, io.IOBase) and source.seekable():
        return cast(BinaryIO, source), False
    if isinstance(source, io.IOBase) or hasattr(source, "read"):
        readable = cast(BinaryIO, source)
        return _spool(iter(lambda: readable.read(_PIECE_BYTES), b"")), True
    return _spool(source), True


def _spool(pieces: Iterable[bytes]) -> BinaryIO:
    file = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115, it outlives this call
    try:
        for piece in pieces:
            file.write(piece)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return cast(BinaryIO, file)


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
