"""The engine's worker routes, as handlers call them."""

from collections.abc import Coroutine, Mapping
from typing import Any

import httpx

from ._engine_api import Body, EngineApi, json_of
from ._hand import Hand
from ._job import Job
from ._outcome import to_json
from ._own_loop import OwnLoop
from ._tracing import Tracing


class _Calls:
    """What the calls of a job are made of, whoever waits for them."""

    def __init__(self, job: Job, hand: Hand, api: EngineApi, own_loop: OwnLoop, tracing: Tracing) -> None:
        self._job = job
        self._hand = hand
        self._api = api
        self._own_loop = own_loop
        self._tracing = tracing

    def _call(
        self,
        method: str,
        path: str,
        content: bytes | None,
        json: Any,
        headers: Mapping[str, str] | None,
    ) -> Coroutine[Any, Any, httpx.Response]:
        body, more = _body_of(content, json, {**self._tracing.headers(self._job), **(headers or {})})
        return self._api.request(method, path, body=body, headers=more)


class ApiClient(_Calls):
    """Calls to the engine's worker routes, with retries: see ``EngineApi``."""

    async def get(self, path: str) -> Any:
        """The parsed JSON of the answer."""
        return json_of(await self.request("GET", path))

    async def post(self, path: str, json: Any) -> Any:
        """Sends JSON; answers the parsed JSON, ``None`` when there is none."""
        return json_of(await self.request("POST", path, json=json))

    async def request(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The bare request: ``path`` below the API's address, headers added to the signed ones."""
        work = self._call(method, path, content, json, headers)
        return await self._own_loop.ask(self._hand, work)


class SyncApiClient(_Calls):
    """The same for synchronous handlers."""

    def get(self, path: str) -> Any:
        """The parsed JSON of the answer."""
        return json_of(self.request("GET", path))

    def post(self, path: str, json: Any) -> Any:
        """Sends JSON; answers the parsed JSON, ``None`` when there is none."""
        return json_of(self.request("POST", path, json=json))

    def request(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The bare request: ``path`` below the API's address, headers added to the signed ones."""
        work = self._call(method, path, content, json, headers)
        return self._own_loop.ask_blocking(self._hand, work)


def _body_of(
    content: bytes | None, json: Any, headers: Mapping[str, str]
) -> tuple[Body | None, Mapping[str, str]]:
    if json is None:
        return (None if content is None else lambda: content), headers
    text = to_json(json)
    return (lambda: text), {"content-type": "application/json", **headers}
