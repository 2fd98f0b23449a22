"""The cases that every SDK and the engine agree on."""

import asyncio
import json
import re
from typing import Any

import pytest
from valkey.exceptions import ResponseError

from jobengine import WorkerRefused
from jobengine._outcome import encode_outcome
from jobengine._queue_errors import QueueLost
from jobengine._registration import HttpsAccess, RegistrationFailed, ValkeyAccess, parse_registration
from jobengine._valkey import ValkeyConnection
from jobengine._worker_key import secret_of

from .conftest import StartEngine
from .engine import SDKS


def vectors(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((SDKS / "conformance" / name).read_text())
    return loaded


@pytest.mark.parametrize("vector", vectors("worker-keys.json"), ids=lambda v: v["key"] or "empty")
def test_worker_keys(vector: dict[str, Any]) -> None:
    if vector["secret"] is None:
        with pytest.raises(ValueError, match="worker_key"):
            secret_of(vector["key"])
    else:
        assert secret_of(vector["key"]) == vector["secret"]


@pytest.mark.parametrize("vector", vectors("registrations.json"), ids=lambda v: v["name"])
def test_registrations(vector: dict[str, Any]) -> None:
    if vector["reads"] == "refused":
        with pytest.raises(WorkerRefused):
            parse_registration(vector["answer"])
    elif vector["reads"] == "retry":
        with pytest.raises(RegistrationFailed):
            parse_registration(vector["answer"])
    else:
        read = parse_registration(vector["answer"])
        assert read.worker_id == "wrk_1"
        if "connectsTo" in vector:
            assert isinstance(read.access, ValkeyAccess)
            assert read.access.url == vector["connectsTo"]


@pytest.mark.parametrize("vector", vectors("registrations-https.json"), ids=lambda v: v["name"])
def test_registrations_over_https(vector: dict[str, Any]) -> None:
    if vector["reads"] == "accepted":
        assert isinstance(parse_registration(vector["answer"], "https").access, HttpsAccess)
    else:
        with pytest.raises(WorkerRefused if vector["reads"] == "refused" else RegistrationFailed):
            parse_registration(vector["answer"], "https")


@pytest.mark.parametrize(
    "vector", [v for v in vectors("outcomes.json") if v["reads"] != "unreadable"], ids=lambda v: v["name"]
)
def test_outcome_documents_survive_being_written(vector: dict[str, Any]) -> None:
    assert json.loads(encode_outcome(vector["document"]).text) == vector["document"]


@pytest.mark.parametrize("scenario", vectors("functions.json"), ids=lambda v: v["name"])
def test_functions(scenario: dict[str, Any], start_engine: StartEngine) -> None:
    """The worker's side of a scenario, through this SDK's own connection; the engine's through any client."""
    engine = start_engine(**scenario.get("settings", {}))
    # The engine's own part of a scenario writes keys that a worker may only read.
    engine.allow_user("+@all", f"~{engine.prefix}*")
    known: dict[str, Any] = {}

    async def play() -> None:
        connection = ValkeyConnection(engine.valkey_url, engine.user, engine.secret, "test")
        try:
            for step in scenario["steps"]:
                epoch = step.get("epoch", engine.epoch)
                args = [str(known.get(arg, arg)) for arg in step["args"]]
                command = ("FCALL", step["call"], 1, engine.prefix, epoch, *args)
                try:
                    reply = await connection.call(*command, timeout=5)
                except (ResponseError, QueueLost) as error:
                    assert step.get("error", "none") in re.findall(r"[A-Z_]{4,}", str(error)), step
                else:
                    assert "error" not in step, step
                    match(reply, step["reply"], known)
        finally:
            await connection.close()

    asyncio.run(play())


def match(reply: Any, expected: Any, known: dict[str, Any]) -> None:
    """Raises AssertionError where a reply is not what a vector says; learns variables on the way."""
    if isinstance(expected, list):
        assert isinstance(reply, list) and len(reply) >= len(expected), (reply, expected)
        for one, other in zip(reply, expected, strict=False):
            match(one, other, known)
        return
    value = reply.decode() if isinstance(reply, bytes) else reply
    if isinstance(expected, str) and expected.startswith("$"):
        if expected != "$any":
            assert str(known.setdefault(expected, value)) == str(value)
        return
    assert value == expected
