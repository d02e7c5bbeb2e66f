"""Fault codes that follow from conditions, each with the freeze frame of the moment at which it was
stored."""

import re
from functools import cache
from typing import Any

from pydantic import Field, RootModel

from assistant.vehicle.data import HERE, Entry, read
from policies.command import Value

CODES = "Vehicle.Diagnostics.DTCList"
COUNT = "Vehicle.Diagnostics.DTCCount"
CODE = re.compile(r"[PCBU][0-3][0-9A-F]{3}")
"""SAE J2012: P0301, C0077, U0100 ..."""

FREEZE_FRAME = (
    "Vehicle.Speed",
    "Vehicle.TraveledDistance",
    "Vehicle.Exterior.AirTemperature",
    "Vehicle.LowVoltageBattery.CurrentVoltage",
    "Vehicle.Chassis.Accelerator.PedalPosition",
    "Vehicle.Powertrain.CombustionEngine.Speed",
    "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature",
    "Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature",
    "Vehicle.Powertrain.FuelSystem.RelativeLevel",
    "Vehicle.Powertrain.ElectricMotor.Temperature",
    "Vehicle.Powertrain.TractionBattery.Temperature.Average",
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed",
)
"""What is kept with a code: the state in which the fault appeared."""


class _Test(Entry):
    signal: str
    above: float | None = None
    below: float | None = None
    equals: bool | str | None = Field(default=None, alias="is")
    lost: bool = False

    def holds(self, values: dict[str, Any], lost: set[str]) -> bool:
        if self.lost:
            return self.signal in lost
        value = values[self.signal]
        if self.above is not None:
            return bool(value > self.above)
        if self.below is not None:
            return bool(value < self.below)
        return bool(value == self.equals)


class _Condition(Entry):
    code: str = Field(pattern=CODE.pattern)
    seconds: float = Field(ge=0)
    heals: bool = False
    when: tuple[_Test, ...]


class _Conditions(RootModel[list[_Condition]]):
    """codes.yaml as a whole."""


class Diagnosis:
    """The stored codes of one car, in the order in which they appeared."""

    def __init__(self) -> None:
        self.freeze_frames: dict[str, dict[str, Value]] = {}
        self._codes: dict[str, bool] = {}
        self._held: dict[int, float] = {}

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._codes)

    def store(self, codes: list[str] | tuple[str, ...], seen: dict[str, Value]) -> None:
        """Make ``codes`` the stored ones, as if they had just appeared."""
        self._codes = dict.fromkeys(codes, False)
        self.freeze_frames = {code: self.freeze_frames.get(code, dict(seen)) for code in codes}

    def clear(self) -> None:
        """Forget all codes. One whose condition still holds comes back after its time."""
        self._codes, self.freeze_frames, self._held = {}, {}, {}

    def watch(self, values: dict[str, Any], lost: set[str], lacks: set[str], dt: float) -> None:
        """Let ``dt`` seconds count for every condition that holds; ``lost`` sensors report nothing, a car
        does not have those it ``lacks``."""
        healing: dict[str, bool] = {}
        for number, condition in enumerate(_conditions().root):
            if any(test.signal in lacks for test in condition.when):
                continue
            if all(test.holds(values, lost) for test in condition.when):
                held = self._held[number] = self._held.get(number, 0.0) + dt
                healing[condition.code] = False
                if held >= condition.seconds and condition.code not in self._codes:
                    self._codes[condition.code] = condition.heals
                    gone = lost | lacks
                    self.freeze_frames[condition.code] = {p: values[p] for p in FREEZE_FRAME if p not in gone}
            else:
                self._held.pop(number, None)
                healing.setdefault(condition.code, True)
        for code in [code for code, heals in self._codes.items() if heals and healing.get(code, False)]:
            del self._codes[code], self.freeze_frames[code]


@cache
def _conditions() -> _Conditions:
    return read(HERE / "codes.yaml", _Conditions)
