"""The worker key ``wk_<id>_<secret>``."""

import re


def secret_of(worker_key: str) -> str:
    """The key's secret, which is also the password of the Valkey user. Raises ValueError."""
    match = re.fullmatch(r"wk_[0-9a-f]{16}_([0-9a-f]{64})", worker_key)
    if match is None:
        raise ValueError("worker_key has the form wk_<16 hex>_<64 hex>.")
    return match[1]
