"""What is true of the simulated world but no signal: the road, leaks, worn parts, and what the model
remembers."""

from dataclasses import dataclass, field, fields
from typing import Any

from assistant.errors import VehicleError

WHEELS = ("Row1.Left", "Row1.Right", "Row2.Left", "Row2.Right")


@dataclass
class World:
    """Set by scenarios and by the console; the cabin never sees it, only what follows from it.

    ``alternator`` is the generator of a combustion car or the DC/DC converter of an electric one.
    ``cooling`` runs from 0 (none) to 1 (as built). ``leaks`` is in kPa a minute, by wheel.
    """

    grade_percent: float = 0.0
    heading_degrees: float = 0.0
    sun_watts: float = 0.0
    alternator: bool = True
    cooling: float = 1.0
    network: bool = True
    leaks: dict[str, float] = field(default_factory=dict)

    def change(self, changes: dict[str, Any]) -> None:
        """Raises VehicleError for a name that is not a field, or a value of the wrong kind or out of
        range."""
        for name, value in changes.items():
            self._check(name, value)
        for name, value in changes.items():
            setattr(self, name, dict(value) if isinstance(value, dict) else value)

    def _check(self, name: str, value: Any) -> None:
        known = [entry.name for entry in fields(self)]
        if name not in known:
            raise VehicleError(f"the world has no {name!r}, only {', '.join(known)}", code="unknown_condition")
        if name in ("alternator", "network"):
            good = isinstance(value, bool)
        elif name == "leaks":
            good = isinstance(value, dict) and all(w in WHEELS and _number(k) and k >= 0 for w, k in value.items())
        else:
            low, high = {"cooling": (0.0, 1.0), "grade_percent": (-40.0, 40.0)}.get(name, (-1e4, 1e4))
            good = _number(value) and low <= value <= high
        if not good:
            raise VehicleError(f"{name} of the world cannot be {value!r}", code="bad_condition")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass
class Hidden:
    """What the model carries from step to step beside the signals."""

    low_voltage_charge: float = 0.92
    trip_m: float = 0.0
    trip_s: float = 0.0
    wheel_kw: float = 0.0
    consumption: float = 0.0
    """kWh or litres per 100 km, smoothed."""
    tyre_celsius: dict[str, float] = field(default_factory=dict)
    tyre_air: dict[str, float] = field(default_factory=dict)
    """Absolute pressure over absolute temperature, kPa/K: what a leak takes away."""
    held_kmh: float | None = 0.0
    """A speed set from outside is kept; None while the pedals drive."""
