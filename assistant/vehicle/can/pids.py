"""Parameters of SAE J1979 services 01 and 02, read from pids.yaml: from bytes to a value, and on to a VSS signal."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, RootModel

from assistant.vehicle.data import Entry, read

HERE = Path(__file__).parent / "pids.yaml"


class Pid(Entry):
    """value = raw * ``times`` / ``per`` + ``plus``, in ``unit``; ``signal`` gets it times ``signal_times``."""

    pid: int = Field(ge=1, le=0xFF)
    name: str
    bytes: int = Field(ge=1, le=4)
    times: float = 1
    per: float = Field(default=1, gt=0)
    plus: float = 0
    unit: str
    signal: str | None = None
    signal_times: float = 1

    def value(self, raw: "Raw") -> float:
        """What ``raw`` says. Raises ValueError when it is not ``bytes`` long."""
        if len(raw) != self.bytes:
            raise ValueError(f"{self.name} takes {self.bytes} bytes, not {len(raw)}")
        return int.from_bytes(raw, "big") * self.times / self.per + self.plus

    def raw(self, value: float) -> "Raw":
        """The bytes that come nearest to ``value``."""
        number = round((value - self.plus) * self.per / self.times)
        return max(0, min(256**self.bytes - 1, number)).to_bytes(self.bytes, "big")


Raw = bytes
"""An alias, because a parameter's length is called ``bytes`` too."""


class ObdValue(NamedTuple):
    """One value that a control unit reported."""

    pid: int
    name: str
    value: float
    unit: str


class _Pids(RootModel[list[Pid]]):
    """pids.yaml as a whole."""


@cache
def table() -> Mapping[int, Pid]:
    """All parameters by number. Raises VehicleError naming file, line and key."""
    return {pid.pid: pid for pid in read(HERE, _Pids).root}


def supported(base: int, bitmap: Raw) -> set[int]:
    """The parameters that a bitmap names: bit 31 stands for ``base`` + 1. Raises ValueError unless 4 bytes long."""
    if len(bitmap) != 4:
        raise ValueError(f"a bitmap has 4 bytes, not {len(bitmap)}")
    bits = int.from_bytes(bitmap, "big")
    return {base + 32 - bit for bit in range(32) if bits >> bit & 1}


def bitmap(base: int, pids: set[int]) -> Raw:
    """The inverse of ``supported``; the last bit says that the next bitmap has something."""
    bits = sum(1 << (base + 32 - pid) for pid in pids if base < pid <= base + 31)
    return (bits | any(pid > base + 32 for pid in pids)).to_bytes(4, "big")
