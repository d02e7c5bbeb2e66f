"""Live readings as they are said: in the units that the driver chose, and with their age."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isinf

from knowledge.answer import LiveReading

HMI = "Vehicle.Cabin.Infotainment.HMI."
_KPA_IN = {"bar": 0.01, "psi": 0.1450377, "kPa": 1.0}
_DIGITS = {"bar": 1, "psi": 0, "kPa": 0}
MILE_KM = 1.609344


@dataclass(frozen=True)
class Dashboard:
    """All readings by path, with the units they are said in.

    ``pressure`` is bar, psi or kPa; ``miles`` and ``fahrenheit`` tell the other two choices.
    """

    readings: Mapping[str, LiveReading]
    pressure: str
    miles: bool
    fahrenheit: bool

    @classmethod
    def of(cls, readings: Sequence[LiveReading], units: Mapping[str, str]) -> "Dashboard":
        """``units`` are the manual's own, used where the driver chose none."""
        by_path = {reading.name: reading for reading in readings}

        def chosen(name: str) -> str:
            reading = by_path.get(HMI + name)
            return str(reading.value).upper() if reading and reading.value is not None else ""

        pressure = {"PSI": "psi", "KPA": "kPa", "BAR": "bar"}.get(
            chosen("TirePressureUnit"), units.get("pressure", "bar")
        )
        return cls(
            by_path,
            pressure if pressure in _KPA_IN else "bar",
            chosen("DistanceUnit") == "MILES",
            chosen("TemperatureUnit") == "F",
        )

    def number(self, path: str) -> float | None:
        """The value of ``path`` as a number; None when it is missing or none."""
        reading = self.readings.get(path)
        if reading is None or isinf(reading.age_s) or isinstance(reading.value, bool):
            return None
        return float(reading.value) if isinstance(reading.value, int | float) else None

    def is_true(self, path: str) -> bool:
        reading = self.readings.get(path)
        return reading is not None and reading.value is True

    def codes(self) -> tuple[str, ...] | None:
        """The stored fault codes; None when the car does not report them."""
        reading = self.readings.get("Vehicle.Diagnostics.DTCList")
        if reading is None or isinf(reading.age_s) or reading.value is None:
            return None
        return tuple(str(code).upper() for code in reading.value) if isinstance(reading.value, tuple | list) else ()

    def oldest(self, paths: Sequence[str]) -> float:
        """The age in seconds of the oldest of these readings; 0 when none is there."""
        ages = [self.readings[path].age_s for path in paths if path in self.readings]
        return max((age for age in ages if not isinf(age)), default=0.0)

    def say(self, value: float, unit: str) -> str:
        """``value``, given in a VSS unit, as the driver likes it: "2.5 bar", "180 km", "35 °C"."""
        if unit == "kPa":
            return f"{value * _KPA_IN[self.pressure]:.{_DIGITS[self.pressure]}f} {self.pressure}"
        if unit == "Celsius":
            return f"{value * 9 / 5 + 32:.0f} °F" if self.fahrenheit else f"{value:.0f} °C"
        if unit in ("m", "km"):
            km = value / 1000 if unit == "m" else value
            return f"{km / MILE_KM:,.0f} miles" if self.miles else f"{km:,.0f} km"
        if unit == "percent":
            return f"{value:.0f} %"
        if unit == "s":
            days = value / 86_400
            return f"{days:.0f} days" if days < 60 else f"{days / 30.4:.0f} months"
        return f"{value:.1f} {unit}" if unit == "V" else f"{value:g} {unit}"


def ago(seconds: float) -> str:
    """An age in words: "12 minutes"."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.0f} hours"
