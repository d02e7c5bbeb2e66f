"""One subscriber of the broker: what it still has to be told, bounded however slow it is."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuksa.val.v2 import types_pb2

    Entries = dict[str, types_pb2.Datapoint]

MOST_BUFFERED = 1000
"""Messages; the protocol's limit of ``buffer_size``."""


class Subscriber:
    """Messages for one stream, in order, for ``async for``.

    No more than ``buffer_size`` wait (0: one). Beyond that the oldest is merged into the next: intermediate values are
    lost, as the protocol says, but never the latest of any signal. ``interval_s`` is the least time between two
    messages; ``until`` (``time.monotonic``) ends the stream.
    """

    def __init__(
        self, paths: Iterable[str], *, buffer_size: int = 0, interval_s: float = 0.0, until: float = float("inf")
    ) -> None:
        self._paths = frozenset(paths)
        self._most = max(1, buffer_size)
        self._interval, self._until = interval_s, until
        self._waiting: deque[Entries] = deque()
        self._news = asyncio.Event()
        self._open = True

    def put(self, changed: "Mapping[str, types_pb2.Datapoint]") -> None:
        """Queue what of ``changed`` was asked for."""
        mine = {path: point for path, point in changed.items() if path in self._paths}
        if not mine:
            return
        self._waiting.append(mine)
        if len(self._waiting) > self._most:
            oldest = self._waiting.popleft()
            self._waiting[0] = {**oldest, **self._waiting[0]}
        self._news.set()

    def close(self) -> None:
        """End the stream, after what still waits."""
        self._open = False
        self._news.set()

    async def __aiter__(self) -> "AsyncIterator[Entries]":
        while (left := self._until - time.monotonic()) > 0:
            if self._waiting:
                yield self._waiting.popleft()
                if self._interval:
                    await asyncio.sleep(min(self._interval, left))
                    self._merge()
                continue
            if not self._open:
                return
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), None if left == float("inf") else left)
            except TimeoutError:
                return

    def _merge(self) -> None:
        """What came during the pause that the subscriber wished for is one message."""
        merged: Entries = {}
        while self._waiting:
            merged.update(self._waiting.popleft())
        if merged:
            self._waiting.append(merged)
