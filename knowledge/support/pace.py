"""How often a key may ask: a bucket of tokens that fills steadily."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

KEPT = 10_000
"""Buckets that are remembered; the longest unused is full again by then and may be forgotten."""


class Pace:
    """``rate`` requests a second for each name, and ``burst`` at once. Safe to share between threads."""

    def __init__(self, rate: float, burst: int, now: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self._now = rate, burst, now
        self._lock = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> int:
        """0 when ``name`` may go on; otherwise the whole seconds to wait."""
        now = self._now()
        with self._lock:
            level, at = self._levels.pop(name, (float(self.burst), now))
            level = min(self.burst, level + (now - at) * self.rate)
            wait = 0 if level >= 1 else max(1, ceil((1 - level) / self.rate))
            self._levels[name] = (level if wait else level - 1, now)
            while len(self._levels) > KEPT:
                self._levels.popitem(last=False)
            return wait
