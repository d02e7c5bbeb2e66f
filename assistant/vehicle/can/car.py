"""A car behind its diagnostic socket: the vehicle port over OBD-II. It reads; all that it can do is clear codes."""

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

from assistant.errors import VehicleError
from assistant.ports import Clock
from assistant.vehicle.can.line import Line, Silent
from assistant.vehicle.can.obd import Frozen, Obd
from assistant.vehicle.can.pids import table
from assistant.vehicle.diagnosis import CODES, COUNT
from assistant.vehicle.simulated import CLEAR, Redeems
from policies.catalogue import Catalogue
from policies.command import Value
from policies.permit import Permit
from policies.state import Reading, VehicleState

if TYPE_CHECKING:
    import can

FAST = (0x0D, 0x0C, 0x5A)  # speed, engine speed, accelerator
FAST_S = 0.2  # between two looks at what is fast; the gate asks for a speed of the last half second
ROUND = 10  # looks between two at everything
AWAY_S = 2.0  # between two looks while nobody answers
VIN_SIGNAL = "Vehicle.VehicleIdentification.VIN"


class DiagnosedVehicle:
    """Polls the control units in a thread of its own; what they stop to tell grows old."""

    def __init__(self, bus: "can.BusABC", clock: Clock, catalogue: Catalogue, verifier: Redeems, name: str) -> None:
        self.id = name
        self.problem = "not asked yet"
        self.frozen: tuple[Frozen, ...] = ()
        """The freeze frames that went with the codes when they were last read."""
        self._clock, self._catalogue, self._verifier = clock, catalogue, verifier
        self._line = Line(bus)
        self._obd = Obd(self._line)
        self._readings: dict[str, Reading] = {}
        self._lock = threading.Lock()
        self._closing, self._told = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._poll, name="obd", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go of the bus."""
        self._closing.set()
        self._thread.join(3)
        self._line.close()

    def wait(self, seconds: float) -> bool:
        """Has every unit told everything once, at the latest ``seconds`` from now."""
        return self._told.wait(seconds)

    def state(self) -> VehicleState:
        """What the control units told, each with the moment at which it was told."""
        with self._lock:
            return VehicleState(dict(self._readings))

    async def apply(self, permit: Permit) -> dict[str, Value]:
        """Clear the fault codes, once, and read them again: the only thing that a diagnostic socket is asked for.

        Raises PermitRefused (nothing is sent); VehicleError (nothing is sent) with code ``not_settable`` for any other
        command, ``out_of_reach`` when no unit answers, ``refused`` when one declines; ``unknown_outcome`` when it was
        sent and the codes cannot be read since.
        """
        self._verifier.redeem(permit, self._clock.now())
        for command in permit.commands:
            if command.signal != CLEAR or command.value is not True:
                raise VehicleError("this car is only read, over its diagnostic socket", code="not_settable")
        return await asyncio.to_thread(self._clear)

    def _clear(self) -> dict[str, Value]:
        units = self._line.find_units()
        if not units:
            raise Silent("no control unit answers")
        for unit in units:
            with contextlib.suppress(Silent):  # it may have been done all the same: reading again tells
                self._obd.clear(unit)
        try:
            left = [code for unit in units for code in self._obd.codes(unit)]
        except (Silent, ValueError, IndexError) as error:
            raise VehicleError(
                f"it was asked for, but the codes cannot be read since ({error}); it may have been done",
                code="unknown_outcome",
            ) from error
        self._keep({CODES: tuple(left), COUNT: len(left)})
        if not left:
            self.frozen = ()
        return {CLEAR: not left}

    def _poll(self) -> None:
        look = 0
        while not self._closing.is_set():
            everything = look % ROUND == 0
            try:
                self._look(everything)
                self.problem = ""
                self._told.set()
                look += 1
                self._closing.wait(FAST_S)
            except Exception as error:  # whatever a unit or an adapter does, the next look may work
                self.problem, look = str(error), 0
                self._closing.wait(AWAY_S)

    def _look(self, everything: bool) -> None:
        if everything:
            found = self._obd.snapshot([pid for pid, parameter in table().items() if parameter.signal])
            if not found.whole and not found.values:
                raise Silent(found.problems[0])
            if found.whole:
                self.frozen = tuple(found.frozen)
                self._keep({CODES: tuple(found.stored), COUNT: len(found.stored)})
            if found.vin:
                self._keep({VIN_SIGNAL: found.vin})
            self._keep_values([(value.pid, value.value) for value in found.values.values()])
            return
        for unit in self._line.find_units() if not self._readings else self._line.units:
            self._keep_values([(value.pid, value.value) for value in self._obd.values(unit, FAST)])

    def _keep_values(self, told: list[tuple[int, float]]) -> None:
        kept: dict[str, Value | tuple[str, ...]] = {}
        for pid, value in told:
            parameter = table()[pid]
            if parameter.signal:
                kept[parameter.signal] = value * parameter.signal_times
        self._keep(kept)

    def _keep(self, told: dict[str, Value | tuple[str, ...]]) -> None:
        """What cannot be, by the catalogue, takes its reading away."""
        at = self._clock.now()
        with self._lock:
            for path, value in told.items():
                try:
                    self._readings[path] = Reading(self._checked(path, value), at)
                except (ValueError, KeyError):
                    self._readings.pop(path, None)

    def _checked(self, path: str, value: Value | tuple[str, ...]) -> Value | tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        signal = self._catalogue[path]
        if isinstance(value, float):
            return signal.check(round(value) if "int" in signal.type else round(value, 2))
        return signal.check(value)
