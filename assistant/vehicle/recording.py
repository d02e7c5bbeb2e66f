"""Records a drive as JSON lines and plays it again, so that any incident becomes a test."""

import json
from pathlib import Path
from typing import Any

from assistant.errors import StorageError, VehicleError
from assistant.ports import Clock, Vehicle
from assistant.vehicle.simulated import SimulatedVehicle


class Recorder:
    """Writes what a vehicle reports: every signal once, then only what changes. Works with any vehicle.

    One line a note: seconds since the first, and the signals that changed; null where one is no longer reported.
    """

    def __init__(self, vehicle: Vehicle, clock: Clock, path: Path) -> None:
        """Raises StorageError when ``path`` cannot be written."""
        self._vehicle, self._clock = vehicle, clock
        self._known: dict[str, Any] = {}
        self._began = clock.now()
        try:
            self._file = path.open("w", encoding="utf-8")
        except OSError as error:
            raise StorageError(f"{path}: cannot be written: {error.strerror}. Name another place.") from error

    def note(self) -> None:
        """Write what changed since the last note."""
        now = {path: reading.value for path, reading in self._vehicle.state().readings.items()}
        same = self._known
        changed: dict[str, Any] = {p: value for p, value in now.items() if p not in same or same[p] != value}
        changed |= dict.fromkeys(self._known.keys() - now.keys())
        if changed:
            at = round(self._clock.now() - self._began, 3)
            self._file.write(json.dumps({"at": at, "seen": changed}) + "\n")
            self._file.flush()
        self._known = now

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.close()


def replay(car: SimulatedVehicle, path: Path) -> float:
    """Let ``car`` live through a recording, from now on; returns its length in seconds.

    Recorded signals show what was recorded, whatever the model would say. Raises VehicleError naming the line of the
    first entry that cannot be used; nothing is played then.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VehicleError(f"{path}: cannot be read as a recording: {error}", code="bad_recording") from error
    moments: list[tuple[float, dict[str, Any]]] = []
    for number, line in enumerate(lines, start=1):
        try:
            found = json.loads(line)
            at, seen = float(found["at"]), dict(found["seen"])
            if not (moments[-1][0] if moments else 0.0) <= at < float("inf"):
                raise ValueError("its time runs backwards")
            moments.append((at, car.console.playable(seen)))
        except (ValueError, KeyError, TypeError, VehicleError) as error:
            raise VehicleError(f"{path}, line {number}: {error}", code="bad_recording") from error
    if not moments:
        raise VehicleError(f"{path}: the recording is empty", code="bad_recording")
    car.catch_up()
    for at, seen in moments:
        car.plan(at, {"seen": seen})
    car.catch_up()
    return moments[-1][0]
