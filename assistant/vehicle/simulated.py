"""The simulated vehicle: VSS signals moved by a small physical model, behind the port that takes only a
Permit."""

import random
from typing import Any, Protocol

from assistant.errors import VehicleError
from assistant.ports import Clock
from assistant.vehicle import air, energy, physics
from assistant.vehicle.console import Console
from assistant.vehicle.diagnosis import CODES, COUNT, Diagnosis
from assistant.vehicle.movement import ActuatorFault, Movement, movement
from assistant.vehicle.profile import Profile, load_profile
from assistant.vehicle.world import WHEELS, Hidden, World
from policies.catalogue import Catalogue, Signal
from policies.command import Value
from policies.permit import Permit
from policies.state import Reading, VehicleState

STEP_S = 0.5  # while moving
REST_STEP_S = 5.0  # while standing
LEAST_STEP_S = 0.02  # less time than this is saved up
SETTLING_S = 0.001  # long enough for the model to take note, too short for anything to happen
PULSE_S = 1.0  # how long a request like "clear the fault codes" is reported before it falls back

CLEAR = "Vehicle.Diagnostics.IsClearRequested"
RESET = "Vehicle.Cabin.Infotainment.IsFactoryResetRequested"
ERASE = "Vehicle.Cabin.Infotainment.Profile.Erase"
PULSES: dict[str, Value] = {CLEAR: False, RESET: False, ERASE: ""}
SWITCHES: dict[str, tuple[str, dict[str, int]]] = {
    "Vehicle.Cabin.Sunroof.Switch": (
        "Vehicle.Cabin.Sunroof.Position",
        {"OPEN": 100, "ONE_SHOT_OPEN": 100, "CLOSE": 0, "ONE_SHOT_CLOSE": 0, "TILT_UP": -100, "TILT_DOWN": 0},
    ),
    "Vehicle.Cabin.RearShade.Switch": (
        "Vehicle.Cabin.RearShade.Position",
        {"OPEN": 0, "ONE_SHOT_OPEN": 0, "CLOSE": 100, "ONE_SHOT_CLOSE": 100},
    ),
}
"""A switch moves the position that it belongs to. A rear shade is up (100) when closed."""
SETTINGS = ("Vehicle.Cabin.Infotainment.", "Vehicle.Cabin.Light.AmbientLight.")
"""What a factory reset puts back."""


class Redeems(Protocol):
    """The public half of the permits: raises PermitRefused unless the permit may be carried out now, which
    spends it."""

    def redeem(self, permit: Permit, now: float) -> None: ...


class SimulatedVehicle:
    """A car of ours. Deterministic: the same seed, clock and requests give the same drive.

    Time passes when the car is looked at, so an idle car costs nothing. ``apply`` lets the car's own time
    run on until its actuators have arrived or are overdue; the clock of the cabin stands still meanwhile.
    ``console`` is the door of test tools and of nobody else.
    """

    def __init__(
        self,
        clock: Clock,
        catalogue: Catalogue,
        verifier: Redeems,
        profile: Profile | str = "electric_suv",
        seed: int = 0,
    ) -> None:
        self.profile = load_profile(profile) if isinstance(profile, str) else profile
        self.id = self.profile.id
        self.world, self.hidden, self.diagnosis = World(), Hidden(), Diagnosis()
        self.random = random.Random(seed)
        self.model_time = 0.0
        self.values: dict[str, Any] = {}
        self.pinned: dict[str, Any] = {}
        self.lacks: set[str] = {path for path in catalogue if not self.profile.fitted(path)}
        self.actuator_faults: dict[str, ActuatorFault] = {}
        self.sensor_faults: dict[str, str] = {}
        self._catalogue, self._clock, self._verifier = catalogue, clock, verifier
        self._frozen: dict[str, Reading] = {}
        self._moving: dict[str, Movement] = {}
        self._pulses: dict[str, float] = {}
        self._planned: list[tuple[float, dict[str, Any]]] = []
        self._seen = clock.now()
        self._whole = {
            path: (int(signal.minimum or 0), int(signal.maximum or 0))  # every whole type has both
            for path, signal in catalogue.items()
            if "int" in signal.type
        }
        self._rounded = {p for p, s in catalogue.items() if s.type in ("float", "double") and s.kind == "sensor"}
        self._start()
        self.console = Console(self, catalogue)

    def _start(self) -> None:
        for path, signal in self._catalogue.items():
            if path not in self.profile.start:
                raise VehicleError(f"profile {self.id}: {path} has no start value", code="bad_profile")
            value = self.profile.start[path]
            self.values[path] = tuple(value) if isinstance(value, list) else signal.check(value)
        self.hidden.tyre_celsius = dict.fromkeys(WHEELS, self.values[energy.OUTSIDE])
        for wheel, pressure, _ in air.TYRES:
            air.fill(self.values, self.hidden, wheel, self.values[pressure])
        self._step(LEAST_STEP_S)

    # --- the port -----------------------------------------------------------------------------------

    def state(self) -> VehicleState:
        """The latest reading of every signal that this car has, with the moment of each."""
        self.catch_up()
        now = self._clock.now()
        readings: dict[str, Reading] = {}
        for path in self.values:
            if path in self.lacks:
                continue
            fault = self.sensor_faults.get(path)
            if fault == "missing":
                continue
            if fault == "freezes":
                readings[path] = self._frozen[path]
            else:
                readings[path] = Reading(self._jumping(path) if fault == "jumps" else self.shown(path), now)
        return VehicleState(readings)

    async def apply(self, permit: Permit) -> dict[str, Value]:
        """Carry out exactly what ``permit`` names, once, and read back.

        Raises PermitRefused (nothing moves) when the permit is not to be honoured; VehicleError (nothing
        moves) with code ``unknown_signal``, ``not_fitted``, ``not_settable`` or ``bad_value`` when this car
        cannot do it.
        """
        targets = self.begin(permit)
        self.arrive(targets)
        reported = self.state()
        read_back = {path: reported.get(path) for path in targets}
        return {path: value for path, value in read_back.items() if value is not None and not isinstance(value, tuple)}

    def begin(self, permit: Permit) -> tuple[str, ...]:
        """Set in motion what ``permit`` names and return its paths; raises as ``apply`` does. The car's own time then
        moves with the clock, as a broker's car does."""
        self._verifier.redeem(permit, self._clock.now())
        targets = {command.signal: self._settable(command.signal, command.value) for command in permit.commands}
        self.catch_up()
        for path, target in targets.items():
            self._begin(path, target)
        return tuple(targets)

    def arrive(self, paths: tuple[str, ...]) -> None:
        """Let the car's own time run on until the actuators at ``paths`` have arrived or are overdue."""
        arrivals = [min(m.ends_at, m.deadline) for path, m in self._moving.items() if path in paths]
        self._advance(max(0.0, max(arrivals, default=self.model_time) - self.model_time))

    def _settable(self, path: str, value: Value) -> Value:
        signal: Signal | None = self._catalogue.get(path)
        if signal is None:
            raise VehicleError(f"this car has no signal {path}", code="unknown_signal")
        if path in self.lacks:
            raise VehicleError(f"this car has no {signal.name}", code="not_fitted")
        if signal.kind != "actuator":
            raise VehicleError(f"{signal.name} can be read but not set", code="not_settable")
        try:
            return signal.check(value)
        except ValueError as error:
            raise VehicleError(str(error), code="bad_value") from error

    def _begin(self, path: str, target: Value) -> None:
        start = self.values[path]
        self.pinned.pop(path, None)
        self._moving[path] = movement(path, start, target, self.model_time, self.actuator_faults.get(path))
        if path in SWITCHES:
            position, ends = SWITCHES[path]
            if target in ends and position not in self.lacks:
                self._begin(position, ends[str(target)])

    # --- time ---------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Let the time pass that the clock has moved since the car was last looked at."""
        now = self._clock.now()
        if now - self._seen >= LEAST_STEP_S:
            passed, self._seen = now - self._seen, now
            self._advance(passed)
        elif self._planned and self._planned[0][0] <= self.model_time:
            self._do_planned()

    def settle(self) -> None:
        """Let what follows from values that were just set follow at once."""
        self._step(SETTLING_S)

    def plan(self, at: float, what: dict[str, Any]) -> None:
        """Have the console do ``what`` ``at`` seconds of the car's time from now."""
        self._planned.append((self.model_time + at, what))
        self._planned.sort(key=lambda planned: planned[0])

    def _advance(self, seconds: float) -> None:
        end = self.model_time + seconds
        while self.model_time < end:
            step = REST_STEP_S if not self.values[physics.SPEED] and self.hidden.held_kmh == 0 else STEP_S
            until = min(end, self.model_time + step)
            if self._planned and self._planned[0][0] < until:
                until = max(self.model_time, self._planned[0][0])
            if until > self.model_time:
                dt, self.model_time = until - self.model_time, until
                self._step(dt)
            self._do_planned()

    def _do_planned(self) -> None:
        while self._planned and self._planned[0][0] <= self.model_time:
            self.console.do(self._planned.pop(0)[1])

    def _step(self, dt: float) -> None:
        v, p, w, h = self.values, self.profile, self.world, self.hidden
        for path, way in list(self._moving.items()):
            v[path] = way.at(self.model_time)
            if self.model_time >= way.ends_at:
                del self._moving[path]
                self._arrived(path)
        for path, until in list(self._pulses.items()):
            if self.model_time >= until:
                del self._pulses[path]
                v[path] = PULSES[path]
        physics.drive(v, p, w, h, dt)
        physics.travel(v, p, w, h, dt)
        energy.spend(v, p, w, h, dt, air.breathe(v, p, w, dt))
        air.roll_tyres(v, p, w, h, dt)
        v.update(self.pinned)
        lost = {path for path, fault in self.sensor_faults.items() if fault == "missing"}
        self.diagnosis.watch(v, lost, self.lacks, dt)
        v[CODES] = self.diagnosis.codes
        if COUNT not in self.pinned:
            v[COUNT] = len(self.diagnosis.codes)

    def _arrived(self, path: str) -> None:
        if path not in PULSES or self.values[path] == PULSES[path]:
            return
        self._pulses[path] = self.model_time + PULSE_S
        if path == CLEAR:
            self.diagnosis.clear()
        elif path == RESET:
            for setting in self.values:
                if setting.startswith(SETTINGS) and setting != RESET:
                    self.values[setting] = self.profile.start[setting]

    # --- what is seen of it -------------------------------------------------------------------------

    def shown(self, path: str) -> Value | tuple[str, ...]:
        """The value at ``path`` as its sensor rounds it."""
        shown: Value | tuple[str, ...] = self.values[path]
        if path in self._whole:
            low, high = self._whole[path]
            shown = max(low, min(high, round(self.values[path])))
        elif path in self._rounded:
            shown = round(self.values[path], 6 if path.startswith("Vehicle.CurrentLocation") else 2)
        return shown

    def freeze(self, path: str) -> None:
        """Keep what ``path`` shows now, with the moment at which it was true."""
        self._frozen[path] = Reading(self.shown(path), self._clock.now())

    def stop(self, path: str) -> None:
        """An actuator that is put somewhere by hand is no longer on its way."""
        self._moving.pop(path, None)
        self._pulses.pop(path, None)

    def _jumping(self, path: str) -> Value | tuple[str, ...]:
        """A loose contact: now right, now anything."""
        signal, value = self._catalogue[path], self.shown(path)
        if self.random.random() < 0.5 or isinstance(value, tuple):
            return value
        if isinstance(value, bool):
            return not value
        if isinstance(value, str):
            return self.random.choice(signal.allowed) if signal.allowed else value
        low = -abs(value) - 50 if signal.minimum is None else signal.minimum
        high = abs(value) * 3 + 50 if signal.maximum is None else signal.maximum
        jumped = self.random.uniform(low, high)
        return round(jumped) if path in self._whole else round(jumped, 2)
