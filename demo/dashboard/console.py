"""What the driver's seat does to the simulated world: pedals, gear, speed, weather and faults."""

from typing import TYPE_CHECKING, Any

from demo.dashboard.presets import presets

if TYPE_CHECKING:
    from assistant.vehicle.console import Console as Simulator

SPEED = "Vehicle.Speed"
PEDAL = "Vehicle.Chassis.Accelerator.PedalPosition"
BRAKE = "Vehicle.Chassis.Brake.PedalPosition"
GEAR = "Vehicle.Powertrain.Transmission.CurrentGear"
LOCK = "Vehicle.Powertrain.Transmission.IsParkLockEngaged"
STEP = 15
"""Percent that a press moves a pedal."""

GEARS: dict[str, dict[str, Any]] = {
    "P": {SPEED: 0},
    "R": {GEAR: -1, LOCK: False},
    "N": {GEAR: 0, LOCK: False},
    "D": {GEAR: 1, LOCK: False},
}


class Console:
    """The hands and feet of whoever sits in the driver's seat."""

    def __init__(self, simulator: "Simulator") -> None:
        self._simulator = simulator

    def press(self, what: str, value: str) -> str:
        """Do what a control says; returns a word for the driver, if there is one. Raises VehicleError."""
        simulator = self._simulator
        match what:
            case "pedal":
                simulator.set(self._pedals(value))
            case "gear":
                simulator.set(GEARS[value])
            case "speed":
                simulator.set({SPEED: float(value)})
            case "weather" | "fault":
                group = presets().weather if what == "weather" else presets().faults
                simulator.do(group[value].model_dump())
                return f"{what}: {value.replace('_', ' ')}"
            case "mend":
                simulator.mend()
                simulator.release()
                simulator.change(leaks={}, alternator=True, cooling=1.0)
                return "Everything is mended; stored fault codes stay until they are cleared."
        return ""

    def _pedals(self, which: str) -> dict[str, Any]:
        now = self._simulator.get([PEDAL, BRAKE])
        if which == "gas":
            return {PEDAL: min(100, int(now[PEDAL] or 0) + STEP)}
        if which == "brake":
            return {BRAKE: min(100, int(now[BRAKE] or 0) + STEP)}
        return {PEDAL: 0, BRAKE: 0}
