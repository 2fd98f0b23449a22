"""What a handler gets beside its job."""

import threading
from collections.abc import Mapping
from typing import Any

import httpx

from ._artifacts import Artifact, ArtifactSource, check_artifact_name, put_artifact
from ._engine_api import Body, EngineApi, json_of
from ._errors import JobStopped, StopReason
from ._hand import Hand
from ._job import Job
from ._outcome import to_json
from ._own_loop import OwnLoop
from ._progress import progress_text

_OCTETS = "application/octet-stream"


class _Context:
    def __init__(self, job: Job, hand: Hand, api: EngineApi, own_loop: OwnLoop) -> None:
        self.job = job
        self._hand = hand
        self._engine_api = api
        self._own_loop = own_loop

    @property
    def stop_reason(self) -> StopReason | None:
        """Why the job was told to stop; ``None`` while it was not."""
        return self._hand.stop_reason

    def progress(
        self,
        done: float,
        total: float | None = None,
        *,
        phase: str | None = None,
        message: str | None = None,
    ) -> None:
        """Remembers the latest progress; it travels with the next heartbeat and costs nothing.

        Of ``phase`` 64 characters are kept, of ``message`` 256.
        """
        self._hand.set_progress(progress_text(done, total, phase, message))


class JobContext(_Context):
    """For asynchronous handlers. A job that must stop has its task cancelled; ``stop_reason`` says why."""

    def __init__(self, job: Job, hand: Hand, api: EngineApi, own_loop: OwnLoop) -> None:
        super().__init__(job, hand, api, own_loop)
        #: The engine's worker routes, signed with the worker's key.
        self.api = ApiClient(hand, api, own_loop)

    async def put_artifact(self, name: str, source: ArtifactSource, content_type: str = _OCTETS) -> Artifact:
        """Stores bytes or a file under a name of this job, by digest; the same bytes again are a no-op.

        ``name``: 1 to 128 of ``A-Z a-z 0-9 . _ -``.
        """
        check_artifact_name(name)
        work = put_artifact(self._engine_api, self._hand.ref, name, source, content_type)
        return await self._own_loop.ask(self._hand, work)


class SyncJobContext(_Context):
    """For synchronous handlers, which run in a thread. They look at ``stop_event`` themselves."""

    def __init__(self, job: Job, hand: Hand, api: EngineApi, own_loop: OwnLoop) -> None:
        super().__init__(job, hand, api, own_loop)
        #: The engine's worker routes, signed with the worker's key. Calls end with JobStopped when the job must.
        self.api = SyncApiClient(hand, api, own_loop)

    @property
    def stop_event(self) -> threading.Event:
        """Set when the job must stop. Use ``stop_event.wait(seconds)`` instead of ``time.sleep``."""
        return self._hand.stop_event

    def raise_if_stopped(self) -> None:
        """Raises JobStopped when the job must stop."""
        if self._hand.stop_reason is not None:
            raise JobStopped(self._hand.stop_reason)

    def put_artifact(self, name: str, source: ArtifactSource, content_type: str = _OCTETS) -> Artifact:
        """Stores bytes or a file under a name of this job, by digest; the same bytes again are a no-op.

        ``name``: 1 to 128 of ``A-Z a-z 0-9 . _ -``.
        """
        check_artifact_name(name)
        work = put_artifact(self._engine_api, self._hand.ref, name, source, content_type)
        return self._own_loop.ask_blocking(self._hand, work)


class ApiClient:
    """Calls to the engine's worker routes, with retries: see ``EngineApi``."""

    def __init__(self, hand: Hand, api: EngineApi, own_loop: OwnLoop) -> None:
        self._hand = hand
        self._api = api
        self._own_loop = own_loop

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
        body, more = _body_of(content, json, headers)
        work = self._api.request(method, path, body=body, headers=more)
        return await self._own_loop.ask(self._hand, work)


class SyncApiClient:
    """The same for synchronous handlers."""

    def __init__(self, hand: Hand, api: EngineApi, own_loop: OwnLoop) -> None:
        self._hand = hand
        self._api = api
        self._own_loop = own_loop

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
        body, more = _body_of(content, json, headers)
        work = self._api.request(method, path, body=body, headers=more)
        return self._own_loop.ask_blocking(self._hand, work)


def _body_of(
    content: bytes | None, json: Any, headers: Mapping[str, str] | None
) -> tuple[Body | None, Mapping[str, str]]:
    if json is None:
        return (None if content is None else lambda: content), headers or {}
    text = to_json(json)
    return (lambda: text), {"content-type": "application/json", **(headers or {})}
