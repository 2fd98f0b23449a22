"""What a handler gets beside its job."""

import threading

from ._api_client import ApiClient, SyncApiClient
from ._artifacts import Artifact, ArtifactSource, check_artifact_name, publish_artifact
from ._engine_api import EngineApi
from ._errors import JobStopped, StopReason
from ._hand import Hand
from ._job import Job
from ._own_loop import OwnLoop
from ._progress import progress_text
from ._tracing import Tracing
from ._watermark import SyncWatermark, Watermark

_OCTETS = "application/octet-stream"


class _Context:
    def __init__(self, job: Job, hand: Hand, api: EngineApi, own_loop: OwnLoop, tracing: Tracing) -> None:
        self.job = job
        self._hand = hand
        self._engine_api = api
        self._own_loop = own_loop
        self._tracing = tracing

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

    def __init__(self, job: Job, hand: Hand, api: EngineApi, own_loop: OwnLoop, tracing: Tracing) -> None:
        super().__init__(job, hand, api, own_loop, tracing)
        #: The engine's worker routes, signed with the worker's key.
        self.api = ApiClient(job, hand, api, own_loop, tracing)

    async def publish_artifact(self, name: str, source: ArtifactSource, mime: str = _OCTETS) -> Artifact:
        """Stores bytes, a file or a stream under a name of this job, by digest.

        ``name``: 1 to 128 of ``A-Z a-z 0-9 . _ -``. The same bytes again are the
        same artifact. ``mime``: ``application/octet-stream``, ``application/json``, ``application/x-ndjson`` or
        ``text/plain``.
        """
        check_artifact_name(name)
        headers = self._tracing.headers(self.job)
        work = publish_artifact(self._engine_api, self._hand.ref, name, source, mime, headers)
        return await self._own_loop.ask(self._hand, work)

    def watermark(self, name: str) -> Watermark:
        """How far jobs of this kind have come in something that they read.

        ``name``: 1 to 128 of ``A-Z a-z 0-9 _ . : -``.
        """
        return Watermark(self.api, self._hand.ref, name)


class SyncJobContext(_Context):
    """For synchronous handlers, which run in a thread. They look at ``stop_event`` themselves."""

    def __init__(self, job: Job, hand: Hand, api: EngineApi, own_loop: OwnLoop, tracing: Tracing) -> None:
        super().__init__(job, hand, api, own_loop, tracing)
        #: The engine's worker routes, signed with the worker's key. Calls end with JobStopped when the job must.
        self.api = SyncApiClient(job, hand, api, own_loop, tracing)

    @property
    def stop_event(self) -> threading.Event:
        """Set when the job must stop. Use ``stop_event.wait(seconds)`` instead of ``time.sleep``."""
        return self._hand.stop_event

    def raise_if_stopped(self) -> None:
        """Raises JobStopped when the job must stop."""
        if self._hand.stop_reason is not None:
            raise JobStopped(self._hand.stop_reason)

    def publish_artifact(self, name: str, source: ArtifactSource, mime: str = _OCTETS) -> Artifact:
        """Stores bytes, a file or a stream under a name of this job, by digest.

        ``name``: 1 to 128 of ``A-Z a-z 0-9 . _ -``. The same bytes again are the
        same artifact. ``mime``: ``application/octet-stream``, ``application/json``, ``application/x-ndjson`` or
        ``text/plain``.
        """
        check_artifact_name(name)
        headers = self._tracing.headers(self.job)
        work = publish_artifact(self._engine_api, self._hand.ref, name, source, mime, headers)
        return self._own_loop.ask_blocking(self._hand, work)

    def watermark(self, name: str) -> SyncWatermark:
        """How far jobs of this kind have come in something that they read.

        ``name``: 1 to 128 of ``A-Z a-z 0-9 _ . : -``.
        """
        return SyncWatermark(self.api, self._hand.ref, name)
