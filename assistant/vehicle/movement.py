"""Actuators on their way from one value to another, in simulated time, faults included."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal

from pydantic import Field, RootModel

from assistant.vehicle.data import HERE, Entry, read
from policies.command import Value

ActuatorFault = Literal["sticks", "late", "half"]
"""Never moves; begins two seconds after its deadline; stops half way (a switch does not switch at all)."""

LATE_BY_S = 2.0


class _Pace(Entry):
    path: str
    rate: float | None = Field(default=None, gt=0)
    seconds: float | None = Field(default=None, gt=0)


class _Paces(RootModel[list[_Pace]]):
    """actuators.yaml as a whole."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One actuator's way from ``start`` to ``end``; it arrives at ``ends_at``, is due by ``deadline``
    (model time)."""

    start: Value
    end: Value
    begins_at: float
    ends_at: float
    deadline: float

    def at(self, moment: float) -> Value:
        """Where the actuator stands. Numbers move evenly; everything else switches on arrival."""
        if moment >= self.ends_at:
            return self.end
        if moment <= self.begins_at or isinstance(self.start, bool | str) or isinstance(self.end, bool | str):
            return self.start
        share = (moment - self.begins_at) / (self.ends_at - self.begins_at)
        now = self.start + (self.end - self.start) * share
        return round(now) if isinstance(self.end, int) else now


def movement(path: str, start: Value, target: Value, now: float, fault: ActuatorFault | None) -> Movement:
    """How the actuator at ``path`` answers a request for ``target`` made at ``now``."""
    length = _seconds(path, start, target)
    deadline = now + 1.5 * length + 1.0
    if fault == "sticks":
        return Movement(start, start, now, now, deadline)
    if fault == "late":
        begins = deadline + LATE_BY_S
        return Movement(start, target, begins, begins + length, deadline)
    if fault == "half":
        return Movement(start, _half(start, target), now, now + length / 2, deadline)
    return Movement(start, target, now, now + length, deadline)


def _half(start: Value, target: Value) -> Value:
    if isinstance(start, bool | str) or isinstance(target, bool | str):
        return start
    middle = start + (target - start) / 2
    return round(middle) if isinstance(target, int) else middle


def _seconds(path: str, start: Value, target: Value) -> float:
    rate, seconds = _pace(path)
    if rate is not None and not isinstance(start, bool | str) and not isinstance(target, bool | str):
        return abs(target - start) / rate
    return seconds or 0.0


@cache
def _pace(path: str) -> tuple[float | None, float | None]:
    for pace in _paces().root:
        if fnmatchcase(path, pace.path):
            return pace.rate, pace.seconds
    return None, None


@cache
def _paces() -> _Paces:
    return read(HERE / "actuators.yaml", _Paces)
