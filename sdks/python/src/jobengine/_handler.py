"""What users write: a handler for each kind of job."""

import inspect
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol, cast

from ._context import JobContext, SyncJobContext
from ._job import Job


class AsyncHandler(Protocol):
    """Does one job on the handlers' event loop; written ``async def``.

    What it returns (any JSON, or nothing) is the result of a success; ``Incomplete`` says that there is a gap;
    exceptions say why it failed. When the job must stop, its task is cancelled.
    """

    def __call__(self, job: Job, context: JobContext, /) -> Awaitable[Any]: ...


class SyncHandler(Protocol):
    """The same as a plain function; it runs in a thread of its own and looks at ``context.stop_event``."""

    def __call__(self, job: Job, context: SyncJobContext, /) -> Any: ...


Handler = AsyncHandler | SyncHandler
#: Handlers by job kind.
Handlers = Mapping[str, Handler]


def as_async(handler: Handler) -> AsyncHandler | None:
    """The handler when it was written ``async``, as a function or as an object that is called."""
    called = handler if inspect.isroutine(handler) else getattr(handler, "__call__", handler)  # noqa: B004
    called = getattr(handler, "func", called)  # functools.partial
    if inspect.iscoroutinefunction(called) or inspect.iscoroutinefunction(handler):
        return cast(AsyncHandler, handler)
    return None
