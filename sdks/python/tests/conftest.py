"""Tests that need a Valkey are skipped only when nobody says where one is."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from .engine import Engine, running_engine

StartEngine = Callable[..., Engine]


@pytest.fixture
def start_engine() -> Iterator[StartEngine]:
    """Starts an engine of the test's own; ends it with the test."""
    if "TEST_VALKEY_URL" not in os.environ:
        pytest.skip("TEST_VALKEY_URL is not set: this test meets a real Valkey")
    with ExitStack() as stack:

        def start(**settings: Any) -> Engine:
            return stack.enter_context(running_engine(**settings))

        yield start


@pytest.fixture
def engine(start_engine: StartEngine) -> Engine:
    """An engine with the default lease and beat."""
    return start_engine()


@pytest.fixture
def quick_engine(start_engine: StartEngine) -> Engine:
    """An engine whose workers beat every 50 ms."""
    return start_engine(lease_ms=1_000, beat_ms=50)
