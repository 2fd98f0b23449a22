"""Checks what a worker was created with."""

import re
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from ._limits import MAX_CONCURRENCY, MAX_KINDS


def check_options(
    *,
    api_url: str,
    transport: str,
    kinds: Mapping[str, object],
    concurrency: int,
    drain_grace_seconds: float,
) -> None:
    """Raises ValueError that says which option is wrong."""
    parts = urlsplit(api_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("api_url is an http or https address.")
    if transport not in ("valkey", "https"):
        raise ValueError("transport is valkey or https.")
    if not 1 <= len(kinds) <= MAX_KINDS:
        raise ValueError(f"kinds names 1 to {MAX_KINDS} job kinds.")
    for kind, handler in kinds.items():
        if re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", kind) is None:
            raise ValueError(f"Not a job kind: {kind!r}")
        if not callable(handler):
            raise ValueError(f"The handler of {kind!r} cannot be called.")
    if type(concurrency) is not int or not 1 <= concurrency <= MAX_CONCURRENCY:
        raise ValueError(f"concurrency is a whole number from 1 to {MAX_CONCURRENCY:,}.")
    if not drain_grace_seconds >= 0:
        raise ValueError("drain_grace_seconds is a number, 0 or more.")


def trusting(ca_file: str | None) -> ssl.SSLContext | bool:
    """What to trust for the API. Raises ValueError when the file cannot be used."""
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"ca_file cannot be used: {ca_file}: {error}") from error
