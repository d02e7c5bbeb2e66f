"""What the vehicle reported, and when: the only view of the car that the gate has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.command import Value


@dataclass(frozen=True, slots=True)
class Reading:
    """One value and the moment (seconds, the gate's clock) at which the vehicle reported it."""

    value: Value | tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True)
class VehicleState:
    """All readings at one moment, by VSS path. A path that is absent is unknown."""

    readings: Mapping[str, Reading] = field(default_factory=dict)

    def get(self, path: str) -> Value | tuple[str, ...] | None:
        """The value at ``path``, or None when it was never reported."""
        reading = self.readings.get(path)
        return None if reading is None else reading.value

    def age(self, path: str, now: float) -> float:
        """Seconds since ``path`` was reported; infinite when it never was."""
        reading = self.readings.get(path)
        return float("inf") if reading is None else now - reading.at
