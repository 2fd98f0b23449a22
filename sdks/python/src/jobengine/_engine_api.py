"""HTTP calls to the engine's worker routes. They run on the worker's own loop, whoever asks for them."""

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

import httpx

from ._backoff import backoff_seconds
from ._errors import ApiError, DependencyDown, RetryAfter
from ._pause import pause
from ._registration import problem_detail, retry_after_of

_TRIES: Final = 4
_TIMEOUT_SECONDS: Final = 60.0
_PASSING_STATUSES: Final = frozenset({502, 503, 504})

#: Makes the body anew for each try.
Body = Callable[[], bytes | AsyncIterator[bytes]]


class EngineApi:
    """All worker routes may be repeated, so what passes (no connection, 502, 503, 504) is tried four times
    within some ten seconds before it becomes ``DependencyDown``; 429 becomes ``RetryAfter``, any other error an
    ``ApiError``.
    """

    def __init__(self, api_url: str, worker_key: str, verify: ssl.SSLContext | bool = True) -> None:
        self._verify = verify
        self._base = api_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {worker_key}", "accept": "application/json"}
        self._client: httpx.AsyncClient | None = None

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        trouble: Exception | None = None
        for attempt in range(_TRIES):
            if attempt > 0:
                await pause(backoff_seconds(attempt, 0.5, 5.0))
            try:
                response = await self._open().request(
                    method,
                    self._base + path,
                    content=None if body is None else body(),
                    headers={**self._headers, **(headers or {})},
                )
            except httpx.HTTPError as error:
                trouble = error
                continue
            if response.is_success:
                return response
            failure = _failure_of(method, path, response)
            if not isinstance(failure, DependencyDown):
                raise failure
            trouble = failure
        if isinstance(trouble, DependencyDown):
            raise trouble
        away = f"{method} {path}: the engine's API cannot be reached."
        raise DependencyDown(away, code="API_AWAY") from trouble

    async def send(self, method: str, path: str, body: bytes, *, timeout: float) -> httpx.Response:
        """One try with a JSON body. Raises ``httpx.HTTPError``; a status of any kind is an answer."""
        headers = {**self._headers, "content-type": "application/json"}
        return await self._open().request(
            method, self._base + path, content=body, headers=headers, timeout=timeout
        )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _open(self) -> httpx.AsyncClient:
        # Bounded by the worker's concurrency already: a limit of its own would only make jobs wait.
        if self._client is None:
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
            self._client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, limits=limits, verify=self._verify)
        return self._client


def json_of(response: httpx.Response) -> Any:
    """The document of an answer, ``None`` when it has no body."""
    return response.json() if response.content else None


def _failure_of(method: str, path: str, response: httpx.Response) -> Exception:
    status = response.status_code
    if status in _PASSING_STATUSES:
        return DependencyDown(f"{method} {path} answered {status}.", code=f"API_{status}")
    if status == 429:
        return RetryAfter(retry_after_of(response.headers) or 10, code="API_429")
    return ApiError(method, path, status, problem_detail(response))
