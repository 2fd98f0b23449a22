"""Watermarks, time windows and seen keys, as the vectors of all SDKs have them."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jobengine import Job, JobContext, SeenKeys, SyncJobContext, time_windows

from .engine import SDKS, Engine


def vectors(name: str) -> list[Any]:
    read: list[Any] = json.loads((SDKS / "conformance" / name).read_text())
    return read


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def ms(count: int) -> timedelta:
    return timedelta(milliseconds=count)


@pytest.mark.parametrize("vector", vectors("time-windows.json"), ids=lambda vector: vector["name"])
def test_time_windows(vector: Any) -> None:
    windows = time_windows(
        instant(vector["from"]),
        instant(vector["to"]),
        size=ms(vector["sizeMs"]),
        overlap=ms(vector.get("overlapMs", 0)),
        lag=ms(vector.get("lagMs", 0)),
        limit=vector.get("limit", 1_000),
    )
    assert windows == [(instant(start), instant(end)) for start, end in vector["windows"]]


def test_time_windows_are_of_real_time_in_zones_whose_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 29, 1, 30, tzinfo=berlin)
    windows = time_windows(start, datetime(2026, 3, 29, 4, 30, tzinfo=berlin), size=timedelta(hours=1))
    assert [window.end.isoformat() for window in windows] == [
        "2026-03-29T03:30:00+02:00",
        "2026-03-29T04:30:00+02:00",
    ]


def test_options_that_make_no_sense_are_refused() -> None:
    start = datetime(2026, 5, 1, tzinfo=timezone.utc)
    for wrong in (
        {"size": ms(0)},
        {"size": ms(1), "overlap": ms(-1)},
        {"size": ms(1), "lag": ms(-1)},
        {"size": ms(1), "limit": 0},
    ):
        with pytest.raises(ValueError, match=r"is|are"):
            time_windows(start, start, **wrong)
    with pytest.raises(ValueError, match="time zone"):
        time_windows(datetime(2026, 5, 1), start, size=ms(1))
    with pytest.raises(ValueError, match="above 0"):
        SeenKeys(window_seconds=0)
    with pytest.raises(ValueError, match="1 or more"):
        SeenKeys(window_seconds=1, most=0)


@pytest.mark.parametrize("vector", vectors("seen-keys.json"), ids=lambda vector: vector["name"])
def test_seen_keys(vector: Any) -> None:
    keys = SeenKeys(window_seconds=vector["windowMs"], most=vector.get("most", 100_000))
    assert [[key, at, keys.is_first(key, now=at)] for key, at, _ in vector["seen"]] == vector["seen"]


ANSWERS = [
    {"value": "1"},
    {"advanced": True, "watermark": {"value": "2"}},
    {"advanced": False, "watermark": {"value": None}},
]
ASKED = [
    ("GET", "attempt=1", None),
    ("PUT", "attempt=1", {"from": "1", "to": "2", "monotone": False}),
    ("PUT", "attempt=1", {"from": None, "to": "3", "monotone": True}),
]


async def asynchronous(job: Job, context: JobContext) -> object:
    events = context.watermark("events")
    value = await events.get()
    moved = await events.advance(value, "2")
    overtaken = await events.advance(None, "3", monotone=True)
    return [value, moved.advanced, moved.value, overtaken.advanced, overtaken.value]


def synchronous(job: Job, context: SyncJobContext) -> object:
    events = context.watermark("events")
    value = events.get()
    moved = events.advance(value, "2")
    overtaken = events.advance(None, "3", monotone=True)
    return [value, moved.advanced, moved.value, overtaken.advanced, overtaken.value]


@pytest.mark.parametrize("handler", [asynchronous, synchronous])
def test_a_watermark_is_read_and_moved_for_the_jobs_attempt(engine: Engine, handler: Any) -> None:
    engine.scripts["/jobs/a/watermarks/events"] = list(ANSWERS)
    engine.enqueue("a")
    engine.work({"scan": handler})
    (result,) = engine.results(1)
    assert result.outcome["result"] == ["1", True, "2", False, None]
    assert engine.asked == ASKED


def test_a_name_that_is_none_is_an_error_of_the_handler(engine: Engine) -> None:
    def name(job: Job, context: SyncJobContext) -> object:
        return context.watermark("a/b").get()

    engine.enqueue("a")
    engine.work({"scan": name})
    assert engine.results(1)[0].outcome["error"]["code"] == "ValueError"
