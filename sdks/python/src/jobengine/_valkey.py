"""One connection to Valkey that is opened when it is needed and never sends a command twice by itself."""

import asyncio
from typing import Any, Final

from valkey.asyncio.connection import (
    Connection,
    SSLConnection,
    parse_url,
)

from ._valkey_errors import to_queue_error

_CONNECT_SECONDS: Final = 5.0


class ValkeyConnection:
    """Calls go one after the other. One that fails or is cut short closes the connection; the next opens it."""

    def __init__(self, url: str, username: str, password: str, name: str, *, ca_file: str | None = None) -> None:
        options = parse_url(url)
        connection_class = options.pop("connection_class", Connection)
        options.update(
            username=username,
            password=password,
            client_name=name,
            lib_name="jobengine-python",
            lib_version=None,
            socket_timeout=None,  # each call has its own limit
            socket_connect_timeout=_CONNECT_SECONDS,
        )
        if issubclass(connection_class, SSLConnection):
            options["ssl_check_hostname"] = True
            if ca_file is not None:
                options["ssl_ca_certs"] = ca_file
        # Typed in part only.
        self._connection: Any = connection_class(**options)
        self._lock = asyncio.Lock()
        self._is_closed = False

    async def connect(self) -> None:
        """Raises QueueLost when the sign-in is refused, QueueAway when nobody answers."""
        async with self._lock:
            await self._within(_CONNECT_SECONDS, self._connection.connect())

    async def call(self, *command: str | bytes | int | float, timeout: float) -> Any:
        """Sends one command and answers its reply. Raises QueueLost, QueueAway, or what a bug brought about."""
        async with self._lock:
            return await self._within(timeout, self._exchange(command))

    async def close(self) -> None:
        self._is_closed = True
        try:
            await self._connection.disconnect(nowait=True)
        except Exception:  # it is gone in any case
            return

    async def _exchange(self, command: tuple[str | bytes | int | float, ...]) -> Any:
        await self._connection.connect()
        await self._connection.send_command(*command)
        return await self._connection.read_response()

    async def _within(self, timeout: float, work: Any) -> Any:
        if self._is_closed:
            work.close()
            raise to_queue_error(ConnectionError("closed"))
        try:
            return await asyncio.wait_for(work, timeout)
        except Exception as error:
            raise to_queue_error(error) from error
