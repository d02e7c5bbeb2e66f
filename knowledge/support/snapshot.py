"""What a driver lets the desk see: readings and fault codes from an allow-list, never place, words or identity."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Literal

from knowledge import faults
from knowledge.answer import LiveReading
from knowledge.pack import load_yaml

SHARED = Path(__file__).parent / "shared.yaml"
CODES = "Vehicle.Diagnostics.DTCList"

Kind = Literal["number", "flag", "word"]
Value = bool | int | float | str

_WORD = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$")


@dataclass(frozen=True, slots=True)
class Reading:
    """One shared value by VSS path, with its VSS unit; ``age_s`` is its age when the snapshot was taken."""

    name: str
    value: Value
    unit: str | None
    age_s: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A car at one moment. ``taken_at`` is seconds since 1970, ``codes`` are fault codes such as P0301."""

    taken_at: float
    readings: tuple[Reading, ...]
    codes: tuple[str, ...]

    def live(self, now: float) -> list[LiveReading]:
        """The readings as the knowledge base takes them, aged to ``now``."""
        since = max(0.0, now - self.taken_at)
        found = [LiveReading(r.name, r.value, r.unit, r.age_s + since) for r in self.readings]
        return [*found, LiveReading(CODES, self.codes, None, since)]

    def to_bytes(self) -> bytes:
        readings = [[r.name, r.value, r.unit, round(r.age_s, 3)] for r in self.readings]
        return json.dumps({"taken_at": self.taken_at, "readings": readings, "codes": self.codes}).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Snapshot":
        held = json.loads(data)
        return cls(held["taken_at"], tuple(Reading(*row) for row in held["readings"]), tuple(held["codes"]))


@cache
def allowed(path: Path = SHARED) -> Mapping[str, Kind]:
    """The signals that may be shared, and the kind of value of each. Raises PackError naming line and key."""
    return load_yaml(path, dict[str, Kind])


def take(readings: Iterable[LiveReading], at: float) -> Snapshot:
    """What of ``readings`` may be shared. What is not on the list, missing, or of another kind stays behind."""
    kept: list[Reading] = []
    codes: list[str] = []
    for reading in readings:
        if reading.name == CODES and isinstance(reading.value, tuple | list):
            codes = faults.codes_in(" ".join(map(str, reading.value)))
            continue
        value, kind = reading.value, allowed().get(reading.name)
        if kind and value is not None and isfinite(reading.age_s) and not isinstance(value, tuple) and _is(value, kind):
            kept.append(Reading(reading.name, value, reading.unit, max(0.0, reading.age_s)))
    return Snapshot(at, tuple(sorted(kept, key=lambda r: r.name)), tuple(codes))


def _is(value: Value, kind: Kind) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    return isinstance(value, str) and bool(_WORD.match(value))
