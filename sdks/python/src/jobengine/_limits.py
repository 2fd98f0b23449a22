"""Numbers of the queue protocol; their normative text is ``sdks/PROTOCOL.md``."""

from typing import Final

PROTOCOL_VERSION: Final = 1
MAX_KINDS: Final = 32
MAX_CONCURRENCY: Final = 1_000
MAX_OUTCOME_BYTES: Final = 65_536
MAX_PROGRESS_BYTES: Final = 512
MAX_PHASE_CHARS: Final = 64
MAX_PROGRESS_MESSAGE_CHARS: Final = 256
MAX_ERROR_MESSAGE_BYTES: Final = 1_024
MAX_ERROR_CODE_CHARS: Final = 128
MAX_REASON_CHARS: Final = 1_024
MAX_RETRY_AFTER_SECONDS: Final = 86_400
#: Outcomes in one settle call, and their bytes together.
SETTLE_ITEMS: Final = 200
SETTLE_BYTES: Final = 1_000_000
#: The body of a call over HTTPS.
CALL_BYTES: Final = 1_000_000

#: What an outcome takes beside its own text in a call, ids and names included.
_AROUND_TEXT: Final = 250


def bytes_in_call(document: bytes) -> int:
    """What a JSON document takes in a call: over HTTPS it is a text inside JSON, whose quotes grow."""
    return len(document) + document.count(b'"') + document.count(b"\\") + _AROUND_TEXT
