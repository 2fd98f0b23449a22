"""What the worker tells about itself: the logger ``jobengine`` of the standard library."""

import json
import logging
from typing import Any

logger = logging.getLogger("jobengine")


class Log:
    """Writes an event as a message with its fields behind it; the fields also ride on the record."""

    def __init__(self, target: logging.Logger) -> None:
        self._target = target

    def info(self, message: str, **fields: Any) -> None:
        self._write(logging.INFO, message, fields)

    def warn(self, message: str, **fields: Any) -> None:
        self._write(logging.WARNING, message, fields)

    def error(self, message: str, **fields: Any) -> None:
        self._write(logging.ERROR, message, fields)

    def _write(self, level: int, message: str, fields: dict[str, Any]) -> None:
        if self._target.isEnabledFor(level):
            shown = "".join(f" {name}={json.dumps(value, default=str)}" for name, value in fields.items())
            self._target.log(level, "%s%s", message, shown, extra={"jobengine": fields})
