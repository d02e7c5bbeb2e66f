"""Questions take turns: a few at once, some waiting, none for ever."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from knowledge.support import problems

P = ParamSpec("P")
T = TypeVar("T")


class Turns:
    """Runs blocking work in threads: ``at_once`` side by side, ``waiting`` more in line."""

    def __init__(self, at_once: int, waiting: int, deadline_s: float) -> None:
        self._limit = anyio.CapacityLimiter(at_once)
        self._room, self._deadline_s = at_once + waiting, deadline_s
        self._inside = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of ``work``. Raises Problem 503 when the line is full, 504 when it takes too long."""
        if self._inside >= self._room:
            raise problems.busy()
        self._inside += 1
        try:
            with anyio.fail_after(self._deadline_s):
                call = functools.partial(work, *args, **kwargs)
                return await anyio.to_thread.run_sync(call, abandon_on_cancel=True, limiter=self._limit)
        except TimeoutError:
            raise problems.overdue() from None
        finally:
            self._inside -= 1
