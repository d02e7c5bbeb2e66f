"""The dashboard's clock: simulated time that can be paused and sped up, and never runs faster than real in a turn."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.clock import SimulatedClock

PACES = (0, 1, 10, 60)
"""Simulated seconds that pass in a real one; 0 is paused."""


class PacedClock(SimulatedClock):
    """Seconds of a simulated world, read like any clock.

    A permit lives two seconds and a challenge eight: while either is about, fast time falls back to real time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pace, self._held, self._asked = 1.0, 0, False
        self._at = self._since = time.monotonic()

    def now(self) -> float:
        return self._at + (time.monotonic() - self._since) * self.rate

    @property
    def pace(self) -> float:
        """The pace that was chosen."""
        return self._pace

    @property
    def rate(self) -> float:
        """The pace that holds now."""
        return min(self._pace, 1.0) if self._held or self._asked else self._pace

    def set_pace(self, pace: float) -> None:
        """Let time pass at ``pace`` (0 to 60) from now on."""
        self._at, self._since = self.now(), time.monotonic()
        self._pace = max(0.0, min(60.0, float(pace)))

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once."""
        self._at, self._since = self.now() + max(0.0, seconds), time.monotonic()

    @property
    def asked(self) -> bool:
        """Is a challenge waiting: it gets its eight seconds in real time."""
        return self._asked

    @asked.setter
    def asked(self, asked: bool) -> None:
        if asked != self._asked:
            self._at, self._since, self._asked = self.now(), time.monotonic(), asked

    def hold(self) -> None:
        """Real time at most, until ``release``."""
        self._at, self._since, self._held = self.now(), time.monotonic(), self._held + 1

    def release(self) -> None:
        self._at, self._since, self._held = self.now(), time.monotonic(), max(0, self._held - 1)

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Real time at most, for as long as it lasts."""
        self.hold()
        try:
            yield
        finally:
            self.release()
