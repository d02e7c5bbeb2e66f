"""Values on their way: what moves in the car is drawn moving, at the pace of its motor."""

from time import monotonic

REST = 0.01


class Glide:
    """Follows values at ``pace`` units a second, so that a step in a reading becomes a movement on the screen."""

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._at: dict[str, float] = {}
        self._then = monotonic()

    def follow(self, values: dict[str, float]) -> dict[str, float]:
        """Where each value is drawn now. One that is seen for the first time is drawn where it is."""
        now = monotonic()
        step, self._then = self._pace * min(1.0, now - self._then), now
        for name, wanted in values.items():
            drawn = self._at.get(name, wanted)
            gap = wanted - drawn
            self._at[name] = wanted if abs(gap) <= max(step, REST) else drawn + (step if gap > 0 else -step)
        return {name: self._at[name] for name in values}
