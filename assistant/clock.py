"""Clocks: the real one, one whose time can be let pass, and one that only a test moves."""

import time


class RealClock:
    """Monotonic seconds of the whole system: two processes of one machine read the same time."""

    def now(self) -> float:
        return time.monotonic()


class SimulatedClock:
    """Real monotonic time plus an offset that ``advance`` moves: "wait nine seconds" takes none."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        return time.monotonic() + self._offset

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once. Raises ValueError for a negative or endless wait."""
        self._offset += _forward(seconds)


class ManualClock:
    """Stands still until ``advance`` moves it: for tests."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass. Raises ValueError for a negative or endless wait."""
        self._now += _forward(seconds)


def _forward(seconds: float) -> float:
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"time only moves forward, by a finite number of seconds; this is {seconds}")
    return seconds
