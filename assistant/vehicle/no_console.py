"""The console of a car that is not simulated: it can be looked at, and its world moves by itself."""

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from assistant.errors import VehicleError
from assistant.ports import Vehicle
from assistant.vehicle.console import Console
from policies.catalogue import Catalogue


class NoConsole(Console):
    """Reads like the simulator's console; everything else raises VehicleError with code ``no_console``."""

    def __init__(self, car: Vehicle, catalogue: Catalogue) -> None:
        self._vehicle, self._catalogue = car, catalogue

    def get(self, paths: Iterable[str]) -> dict[str, Any]:
        state = self._vehicle.state()
        found = {self._known(path): state.get(path) for path in paths}
        return {path: list(value) if isinstance(value, tuple) else value for path, value in found.items()}

    def set(self, values: Mapping[str, Any]) -> dict[str, Any]:
        self._refuse()

    def release(self, *paths: str) -> None:
        self._refuse()

    def change(self, **conditions: Any) -> None:
        self._refuse()

    def fault(self, path: str, kind: Any) -> None:
        self._refuse()

    def mend(self, *paths: str) -> None:
        self._refuse()

    def load_scenario(self, name: str) -> None:
        self._refuse()

    def do(self, what: Mapping[str, Any]) -> None:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise VehicleError(
            f"{self._vehicle.id} is no simulated car: its world cannot be moved from here, only by a permit",
            code="no_console",
        )
