"""The transport ``https``: the engine calls the functions of the queue. PROTOCOL.md, section 16."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from ._backoff import backoff_seconds
from ._engine_api import EngineApi
from ._hand import LeaseRef
from ._limits import CALL_BYTES, bytes_in_call
from ._pause import pause
from ._queue_errors import QueueAway, QueueLost
from ._registration import HttpsAccess, Registration, retry_after_of
from ._wire import BeatReply, ClaimedJob, ClaimReply

#: How long an idle worker lets its claim wait, where the engine allows so much.
_IDLE_SECONDS: Final = 20.0
#: How long a call may take, beside the time that it was asked to wait.
_CALL_SECONDS: Final = 10.0
#: How long a claim that waits may take to end once another one has asked for it.
_END_SECONDS: Final = 1.0
#: A claim that comes back empty sooner than this did not wait.
_AT_ONCE_SECONDS: Final = 0.5

_LOST_STATUSES: Final = frozenset({401, 403, 404, 409})
_BUG_STATUSES: Final = frozenset({400, 413, 415, 422})


class HttpsQueue:
    """Calls go by the connections of the worker's API client."""

    def __init__(
        self, registration: Registration, access: HttpsAccess, kinds: Sequence[str], api: EngineApi
    ) -> None:
        self._caller = {"workerId": registration.worker_id, "epoch": registration.epoch}
        self._path = access.path
        self._most_wait = min(_IDLE_SECONDS, access.wait_seconds)
        self._kinds = list(kinds)
        self._api = api
        #: 0 for the first claim: its answer tells the times by which the worker has to beat.
        self._wait = 0.0
        self._claim_sent_at = 0.0
        self._empty_at_once = 0

    async def connect(self) -> None:
        """Nothing: the first call opens a connection."""

    async def claim(self, free: int, *ends: "asyncio.Future[Any]") -> ClaimReply:
        """Waits in the engine while there is no work."""
        if free == 0:
            return await self._claim(0, 0.0)
        wait, self._wait = self._wait, self._most_wait
        self._claim_sent_at = time.monotonic()
        claiming = asyncio.ensure_future(self._claim(free, wait))
        try:
            await pause(None, claiming, *ends)
            if not claiming.done():
                await self._end_claim(claiming)
            if not claiming.done():
                raise QueueAway
            return claiming.result()
        finally:
            claiming.cancel()

    async def beat(self, jobs: Sequence[tuple[LeaseRef, bytes]]) -> BeatReply:
        # Progress is only shown: where all of it would be too much, none goes.
        fits = sum(bytes_in_call(progress) for _, progress in jobs) <= CALL_BYTES
        named = [
            {**_lease(ref), "progress": progress.decode()} if progress and fits else _lease(ref)
            for ref, progress in jobs
        ]
        answer = await self._call("beat", {"jobs": named})
        return BeatReply(
            word=str(answer["word"]),
            lease_seconds=answer["leaseMs"] / 1_000,
            beat_seconds=answer["beatMs"] / 1_000,
            verdicts=list(answer["verdicts"]),
        )

    async def settle(self, outcomes: Sequence[tuple[LeaseRef, bytes]]) -> list[str]:
        jobs = [{**_lease(ref), "outcome": outcome.decode()} for ref, outcome in outcomes]
        return list((await self._call("settle", {"jobs": jobs}))["verdicts"])

    async def release(self, jobs: Sequence[LeaseRef]) -> list[str]:
        return list((await self._call("release", {"jobs": [_lease(ref) for ref in jobs]}))["verdicts"])

    async def leave(self) -> None:
        await self._call("leave", {})

    async def wait_for_work(self, after: ClaimReply) -> None:
        """The claim has waited; one that comes back empty at once, again and again, must not become a storm."""
        is_at_once = not after.jobs and time.monotonic() - self._claim_sent_at < _AT_ONCE_SECONDS
        self._empty_at_once = self._empty_at_once + 1 if is_at_once else 0
        if after.retry_after_seconds > 0:
            await asyncio.sleep(after.retry_after_seconds)
        elif self._empty_at_once > 1:
            await asyncio.sleep(backoff_seconds(self._empty_at_once, 0.05, 2.0))

    async def close(self) -> None:
        """Nothing: the connections are those of the API client."""

    async def _claim(self, free: int, wait: float) -> ClaimReply:
        fields = {"free": free, "kinds": self._kinds, "waitSeconds": wait}
        answer = await self._call("claim", fields, _CALL_SECONDS + wait)
        return ClaimReply(
            word=str(answer["word"]),
            retry_after_seconds=answer["retryAfterMs"] / 1_000,
            lease_seconds=answer["leaseMs"] / 1_000,
            beat_seconds=answer["beatMs"] / 1_000,
            jobs=[_job(job) for job in answer["jobs"]],
            waited_seconds=answer.get("waitedMs", 0) / 1_000,
        )

    async def _end_claim(self, claiming: "asyncio.Future[ClaimReply]") -> None:
        """Tells the engine that nothing more is wanted, which ends a claim that waits."""
        ending = asyncio.ensure_future(self._claim(0, 0.0))
        try:
            await asyncio.wait([claiming, ending], timeout=_END_SECONDS, return_when=asyncio.FIRST_EXCEPTION)
            if not claiming.done():
                await asyncio.wait([claiming], timeout=_END_SECONDS)
        finally:
            ending.cancel()
            ending.add_done_callback(_forget)

    async def _call(self, name: str, fields: Mapping[str, Any], limit: float = _CALL_SECONDS) -> Any:
        body = json.dumps({**self._caller, **fields}, ensure_ascii=False).encode()
        try:
            response = await asyncio.wait_for(
                self._api.send("POST", f"{self._path}/{name}", body, timeout=limit), limit
            )
        except (httpx.HTTPError, OSError, RuntimeError, asyncio.TimeoutError) as error:
            raise QueueAway from error
        _check(name, response)
        if response.status_code == 204:
            return None
        try:
            answer = response.json()
        except ValueError as error:
            answer = None
            raise QueueAway from error
        if not isinstance(answer, dict):
            raise QueueAway  # something on the way answered in the engine's place
        return answer


def _check(name: str, response: httpx.Response) -> None:
    status = response.status_code
    if status in (200, 204):
        return
    said = f"{name} was answered {status}: {response.text[:200]}"
    if status in _LOST_STATUSES:
        raise QueueLost(f"The queue must be joined anew: {said}")
    if status in _BUG_STATUSES:
        raise RuntimeError(said)
    raise QueueAway(retry_after_of(response.headers))


def _lease(ref: LeaseRef) -> dict[str, Any]:
    return {"job": ref.job, "attempt": ref.attempt, "lease": ref.lease}


def _job(job: Mapping[str, Any]) -> ClaimedJob:
    return ClaimedJob(
        job=job["job"],
        attempt=job["attempt"],
        lease=job["lease"],
        kind=job["kind"],
        job_class=job["class"],
        tenant=job["tenant"],
        run=job["run"],
        wall_clock_ms=job["wallClockMs"],
        payload=str(job["payload"]).encode("utf-8", "replace"),
        concurrency_key=job.get("concurrencyKey", ""),
    )


def _forget(ended: "asyncio.Future[ClaimReply]") -> None:
    if not ended.cancelled():
        ended.exception()  # it only had to be sent
