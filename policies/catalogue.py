"""The catalogue: every signal this project reads or sets, with its bounds, safe direction and spoken name."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, RootModel, StrictBool, StrictFloat, StrictInt, StrictStr

from policies.command import Value, Zone
from policies.naming import spoken_name
from policies.source import DataError, Source

Kind = Literal["actuator", "sensor", "attribute"]
Toward = Literal["safe", "unsafe"]
Type = Literal[
    "boolean", "string", "float", "double", "string[]",
    "int8", "uint8", "int16", "uint16", "int32", "uint32",
]  # fmt: skip

HERE = Path(__file__).parent / "signals.yaml"
LONGEST_TEXT = 120  # characters of a free text (a destination, a name to call): more is no name

_WHOLE: dict[str, tuple[int, int]] = {
    f"{sign}int{bits}": (0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for bits in (8, 16, 32)
    for sign in ("", "u")
}
# VSS counts seats from the driver's side; our cars are left-hand drive.
_SEATS = {
    ("Row1", "Driver"): Zone.DRIVER,
    ("Row1", "Passenger"): Zone.PASSENGER,
    ("Row2", "Driver"): Zone.REAR_LEFT,
    ("Row2", "Passenger"): Zone.REAR_RIGHT,
}
_SEAT = re.compile(r"\.(Row[12])\.(Driver|Passenger)(?:Side)?\.")


@dataclass(frozen=True, slots=True)
class Signal:
    """One VSS signal.

    ``minimum`` and ``maximum`` are in ``unit`` and already within the datatype. ``safe`` is the value that is
    safe to go to from anywhere (a door locked, a window closed, a driver aid on), None where there is none.
    ``zone`` is the seat that the signal belongs to, None when it is everybody's. ``example`` is a value of a
    free text.
    """

    path: str
    kind: Kind
    type: Type
    unit: str | None
    minimum: float | None
    maximum: float | None
    allowed: tuple[str, ...]
    pattern: str | None
    example: str | None
    safe: Value | None
    zone: Zone | None
    name: str

    def check(self, value: object) -> Value:
        """``value`` in the signal's own datatype.

        Whole floats become ints where the type is whole, ints floats where it is not; an allowed word is
        found in any case. Raises ValueError, naming what is allowed, for everything else.
        """
        if self.type == "boolean":
            if isinstance(value, bool):
                return value
        elif self.type == "string":
            if isinstance(value, str):
                return self._text(value)
        elif self.type != "string[]" and isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(value)
        raise ValueError(f"{self.name} takes {self.range}, not {value!r:.80}")

    @property
    def range(self) -> str:
        """What may be asked, in words: ``16 to 28 Celsius``, ``true or false``, ``START or STOP``."""
        if self.type == "boolean":
            return "true or false"
        if self.type == "string[]":
            return "nothing: it is a list, which is only read"
        if self.allowed:
            return " or ".join((", ".join(self.allowed[:-1]), self.allowed[-1]))
        if self.type == "string":
            return f"text like {self.pattern}" if self.pattern else f"text of up to {LONGEST_TEXT} characters"
        whole = "whole numbers " if self.type in _WHOLE else ""
        unit = f" {self.unit}" if self.unit else ""
        if self.minimum is None or self.maximum is None:
            return f"numbers{unit}"
        return f"{whole}{self.minimum:g} to {self.maximum:g}{unit}"

    def toward(self, before: object, after: Value) -> tuple[Toward, ...]:
        """Which way a change goes: nearer to the safe value (or staying) is safe, anything else unsafe.

        Both when ``before`` is unknown and it may be either: the stricter of the two then decides.
        """
        if self.safe is None or isinstance(self.safe, bool | str) or isinstance(after, str):
            return ("safe",) if self.safe is not None and after == self.safe else ("unsafe",)
        if after == self.safe:
            return ("safe",)
        if isinstance(before, bool) or not isinstance(before, int | float):
            return ("safe", "unsafe")
        gone, stays = before - self.safe, after - self.safe
        return ("safe",) if abs(stays) <= abs(gone) and stays * gone >= 0 else ("unsafe",)

    def _text(self, value: str) -> str:
        if self.allowed:
            if value in self.allowed:
                return value
            if value.upper() in self.allowed:
                return value.upper()
        elif self.pattern is not None:
            if re.fullmatch(self.pattern, value):
                return value
        elif len(value) <= LONGEST_TEXT and value.isprintable():
            return value
        raise ValueError(f"{self.name} takes {self.range}, not {value!r:.80}")

    def _number(self, value: int | float) -> int | float:
        good = math.isfinite(value) and (self.type not in _WHOLE or value == int(value))
        if good and self.minimum is not None:
            good = value >= self.minimum
        if good and self.maximum is not None:
            good = value <= self.maximum
        if not good:
            raise ValueError(f"{self.name} takes {self.range}, not {value!r:.80}")
        return int(value) if self.type in _WHOLE else float(value)


class _Entry(BaseModel):
    """One line of signals.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    type: Type
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    example: str | None = None
    safe: StrictBool | StrictInt | StrictFloat | StrictStr | None = None
    name: str | None = None

    def signal(self, path: str) -> Signal:
        """Raises ValueError when the entry contradicts itself."""
        low, high = _WHOLE.get(self.type, (None, None))
        minimum = self.min if low is None else max(low, low if self.min is None else self.min)
        maximum = self.max if high is None else min(high, high if self.max is None else self.max)
        if minimum is not None and maximum is not None and minimum > maximum:
            raise ValueError(f"min {minimum:g} is above max {maximum:g}")
        found = _SEAT.search(path)
        signal = Signal(
            path=path,
            kind=self.kind,
            type=self.type,
            unit=self.unit,
            minimum=minimum,
            maximum=maximum,
            allowed=self.allowed,
            pattern=self.pattern,
            example=self.example,
            safe=None,
            zone=_SEATS[found.group(1), found.group(2)] if found else None,
            name=self.name or spoken_name(path),
        )
        if self.example is not None:
            signal.check(self.example)
        if self.safe is None:
            return signal
        return replace(signal, safe=signal.check(self.safe))


class _Entries(RootModel[dict[str, _Entry]]):
    """signals.yaml as a whole."""


class Catalogue(Mapping[str, Signal]):
    """All signals by path. Reading an unknown path raises KeyError."""

    def __init__(self, signals: Mapping[str, Signal]) -> None:
        self._signals = dict(signals)

    @classmethod
    def load(cls, path: Path | str | None = None) -> "Catalogue":
        """From ``path``, or the one that is shipped. Raises DataError naming file, line and signal."""
        if path is None:
            return _shipped()
        source = Source.read(Path(path))
        signals: dict[str, Signal] = {}
        for name, entry in source.fill(_Entries).root.items():
            try:
                signals[name] = entry.signal(name)
            except (ValueError, re.error) as cause:
                raise source.wrong((name,), name, str(cause)) from None
        return cls(signals)

    def __getitem__(self, path: str) -> Signal:
        return self._signals[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._signals)

    def __len__(self) -> int:
        return len(self._signals)

    def __contains__(self, path: object) -> bool:
        return path in self._signals


@cache
def _shipped() -> Catalogue:
    return Catalogue.load(HERE)


__all__ = ["Catalogue", "DataError", "Kind", "Signal", "Type"]
