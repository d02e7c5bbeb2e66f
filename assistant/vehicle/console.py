"""The simulator's console: moves the simulated world, for test tools and demonstrations; the cabin never
holds it."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, get_args

from assistant.errors import VehicleError
from assistant.vehicle import air, energy, physics
from assistant.vehicle.diagnosis import CODE, CODES, COUNT, FREEZE_FRAME
from assistant.vehicle.movement import ActuatorFault
from assistant.vehicle.scenario import load
from policies.catalogue import Catalogue
from policies.command import Value

if TYPE_CHECKING:
    from assistant.vehicle.simulated import SimulatedVehicle

SensorFault = Literal["freezes", "jumps", "missing"]
Fault = ActuatorFault | SensorFault

_TANK, _PACK, _ENGINE = energy.TANK, energy.PACK, energy.ENGINE
DERIVED: dict[str, tuple[str, ...]] = {
    physics.MOVING: (physics.SPEED,),
    "Vehicle.Body.Lights.Brake.IsActive": (physics.BRAKE,),
    "Vehicle.AverageSpeed": (),
    "Vehicle.Service.IsServiceDue": ("Vehicle.Service.TimeToService", "Vehicle.Service.DistanceToService"),
    energy.VOLTAGE: (),
    energy.RANGE: (_TANK + "RelativeLevel", _PACK + "StateOfCharge.Displayed"),
    _TANK + "Range": (_TANK + "RelativeLevel",),
    _TANK + "IsFuelLevelLow": (_TANK + "RelativeLevel",),
    _PACK + "Range": (_PACK + "StateOfCharge.Displayed",),
    energy.CHARGING + "IsCharging": (energy.CHARGING + "StartStopCharging", energy.CABLE),
    energy.CHARGING + "TimeToComplete": (energy.CHARGING + "StartStopCharging", energy.CABLE),
    _ENGINE + "Speed": (_ENGINE + "IsRunning",),
    _ENGINE + "EOP": (_ENGINE + "IsRunning",),
    COUNT: (CODES,),
    **{light: (pressure,) for _, pressure, light in air.TYRES},
}
"""Signals that follow from others. One that is set keeps its value until one of its causes is set, or
``release``."""

FARTHEST = 1e6
"""No physical value of a car comes near; with it, the model's arithmetic stays finite."""

_PEDALS = (physics.PEDAL, physics.BRAKE)


class Console:
    """``car.console``. Paths and values are checked against the catalogue; all of a call happens, or none
    of it."""

    def __init__(self, car: "SimulatedVehicle", catalogue: Catalogue) -> None:
        self._car, self._catalogue = car, catalogue

    def set(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Move the world; returns what the car then reports of each path, None where it reports nothing.

        A speed above 0 puts the car in drive, 0 parks it unless gear or park lock are set in the same call.
        Raises VehicleError with code ``unknown_signal`` (naming the closest) or ``bad_value``.
        """
        checked = {path: self._checked(path, value) for path, value in values.items()}
        car = self._car
        car.catch_up()
        for path, value in checked.items():
            car.stop(path)
            car.lacks.discard(path)
            car.values[path] = value
        for derived, causes in DERIVED.items():
            if any(path in causes for path in checked):
                car.pinned.pop(derived, None)
            if derived in checked:
                car.pinned[derived] = checked[derived]
        self._follow(checked)
        car.settle()
        return self.get(checked)

    def get(self, paths: Iterable[str]) -> dict[str, Any]:
        """What the car reports of ``paths``, None where it reports nothing. Raises VehicleError for an
        unknown one."""
        state = self._car.state()
        return {self._known(path): _plain(state.get(path)) for path in paths}

    def release(self, *paths: str) -> None:
        """Let the model compute derived signals again that ``set`` had fixed; without paths, all of them."""
        for path in paths or tuple(self._car.pinned):
            self._car.pinned.pop(self._known(path), None)

    def change(self, **conditions: Any) -> None:
        """Change what is no signal: grade_percent, leaks, cooling, alternator ...
        (assistant/vehicle/world.py)."""
        self._car.catch_up()
        self._car.world.change(conditions)

    def fault(self, path: str, kind: Fault) -> None:
        """From now on an actuator ``sticks``, is ``late`` or goes ``half`` way; a sensor ``freezes``,
        ``jumps`` or is ``missing``. Raises VehicleError for an unknown path or a fault that it cannot
        have."""
        signal = self._catalogue[self._known(path)]
        self._car.catch_up()
        if kind in get_args(SensorFault):
            self._car.sensor_faults[path] = kind
            self._car.freeze(path)
        elif kind in get_args(ActuatorFault) and signal.kind == "actuator":
            self._car.actuator_faults[path] = kind  # type: ignore[assignment]  # mypy narrows no Literal by ``in``
        else:
            possible = get_args(SensorFault) + (get_args(ActuatorFault) if signal.kind == "actuator" else ())
            raise VehicleError(
                f"{path} cannot have the fault {kind!r}, only {', '.join(possible)}", code="unknown_fault"
            )

    def mend(self, *paths: str) -> None:
        """Take faults away; without paths, all of them."""
        for path in paths or (*self._car.actuator_faults, *self._car.sensor_faults):
            self._car.actuator_faults.pop(self._known(path), None)
            self._car.sensor_faults.pop(path, None)

    def load_scenario(self, name: str) -> None:
        """Start a scripted scenario from assistant/vehicle/scenarios/. Raises VehicleError for an unknown
        one."""
        scenario = load(name)
        for moment in scenario.steps:
            for path, value in moment.set.items():
                self._checked(path, value)
        for moment in scenario.steps:
            if moment.at == 0:
                self.do(moment.model_dump())
            else:
                self._car.plan(moment.at, moment.model_dump())

    def playable(self, seen: Mapping[str, Any]) -> dict[str, Any]:
        """What a recording says of one moment, checked against the catalogue; None stands for a lost sensor."""
        return {self._known(path): None if v is None else self._checked(path, v) for path, v in seen.items()}

    def do(self, what: Mapping[str, Any]) -> None:
        """One moment of a scenario or of a recording: ``world``, ``set``, ``fault``, ``mend`` and ``seen``."""
        self._play(what.get("seen") or {})
        self._car.world.change(what.get("world") or {})
        if what.get("set"):
            self.set(what["set"])
        for path, kind in (what.get("fault") or {}).items():
            self.fault(path, kind)
        for path in what.get("mend") or ():
            self.mend(path)

    def _play(self, seen: Mapping[str, Any]) -> None:
        car = self._car
        for path, value in seen.items():
            if value is None:
                car.sensor_faults[path] = "missing"
                continue
            car.sensor_faults.pop(path, None)
            car.lacks.discard(path)
            car.stop(path)
            if path == CODES:
                car.diagnosis.store(value, {})
            else:
                car.values[path] = car.pinned[path] = value

    # --- what follows -------------------------------------------------------------------------------

    def _follow(self, given: Mapping[str, Any]) -> None:
        car, v = self._car, self._car.values
        if physics.SPEED in given:
            self._drive_or_park(given)
        elif given.get(physics.GEAR) and physics.PARK_LOCK not in given:
            self._unlock(given)
        if any(path in given for path in _PEDALS) and physics.SPEED not in given:
            car.hidden.held_kmh = None
            for path in _PEDALS:
                v[path] = given.get(path, 0)
            if given.get(physics.PEDAL):
                self._unlock({**given, physics.GEAR: given.get(physics.GEAR, 1)})
                self._start_engine(given)
        for wheel, pressure, _ in air.TYRES:
            if pressure in given:
                if energy.OUTSIDE in given:  # as cold or warm as the air around it: the car has stood
                    car.hidden.tyre_celsius[wheel] = given[energy.OUTSIDE]
                air.fill(v, car.hidden, wheel, given[pressure])
        if CODES in given:
            gone = car.lacks | {path for path, kind in car.sensor_faults.items() if kind == "missing"}
            car.diagnosis.store(given[CODES], {path: v[path] for path in FREEZE_FRAME if path not in gone})

    def _drive_or_park(self, given: Mapping[str, Any]) -> None:
        v, speed = self._car.values, given[physics.SPEED]
        self._car.hidden.held_kmh = speed
        if speed:
            self._unlock({**given, physics.GEAR: given.get(physics.GEAR, 1 if speed > 0 else -1)})
            self._start_engine(given)
        elif physics.GEAR in given or physics.PARK_LOCK in given:
            lock = given.get(physics.PARK_LOCK, False)
            self._gear(given, 0 if lock else 1)
            v[physics.PARK_LOCK] = lock
            v[physics.PARKING_BRAKE] = given.get(physics.PARKING_BRAKE, lock)
        else:
            v[physics.GEAR], v[physics.PARK_LOCK] = 0, True
            v[physics.SELECTED] = given.get(physics.SELECTED, physics.PARK)
            v[physics.PARKING_BRAKE] = given.get(physics.PARKING_BRAKE, True)

    def _unlock(self, given: Mapping[str, Any]) -> None:
        v = self._car.values
        self._gear(given, 1)
        v[physics.PARK_LOCK] = False
        v[physics.PARKING_BRAKE] = given.get(physics.PARKING_BRAKE, False)

    def _gear(self, given: Mapping[str, Any], otherwise: int) -> None:
        v = self._car.values
        gear = v[physics.GEAR] = given.get(physics.GEAR, otherwise)
        if physics.SELECTED not in given:
            standing = physics.PARK if given.get(physics.PARK_LOCK) else physics.NEUTRAL
            v[physics.SELECTED] = physics.DRIVE if gear > 0 else -1 if gear < 0 else standing

    def _start_engine(self, given: Mapping[str, Any]) -> None:
        v = self._car.values
        if physics.IGNITION not in given:
            v[physics.IGNITION] = "ON"
        if self._car.profile.engine and energy.ENGINE + "IsRunning" not in given:
            v[energy.ENGINE + "IsRunning"] = True

    # --- checks -------------------------------------------------------------------------------------

    def _known(self, path: str) -> str:
        if path in self._catalogue:
            return path
        closest = get_close_matches(str(path), self._catalogue, n=1, cutoff=0.0)
        raise VehicleError(f"there is no signal {path!r}; the closest is {closest[0]}", code="unknown_signal")

    def _checked(self, path: str, value: Any) -> Value | tuple[str, ...]:
        signal = self._catalogue[self._known(path)]
        if signal.type == "string[]":
            if isinstance(value, list | tuple) and all(isinstance(c, str) and CODE.fullmatch(c) for c in value):
                return tuple(dict.fromkeys(value))
            raise VehicleError(f"{path} takes a list of codes like P0301, not {value!r:.80}", code="bad_value")
        try:
            checked = signal.check(value)
        except ValueError as error:
            raise VehicleError(f"{path}: {error}", code="bad_value") from error
        if isinstance(checked, float) and abs(checked) > FARTHEST:
            raise VehicleError(f"{path}: {checked:g} is more than the simulator can follow", code="bad_value")
        return checked


def _plain(value: Value | tuple[str, ...] | None) -> Value | list[str] | None:
    return list(value) if isinstance(value, tuple) else value
