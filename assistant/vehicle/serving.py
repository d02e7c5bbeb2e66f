"""The simulated car as a databroker that runs until it is stopped: what `cabin vehicle serve` starts."""

import asyncio
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.clock import RealClock
from assistant.errors import CabinError, VehicleError
from assistant.settings import load
from assistant.vehicle import kuksa_keys
from assistant.vehicle.chosen import simulated
from assistant.vehicle.kuksa_access import Access
from assistant.vehicle.kuksa_link import LOCAL
from assistant.vehicle.kuksa_server import Certificate, Databroker
from assistant.vehicle.scenario import load as load_scenario
from assistant.vehicle.simulated import SimulatedVehicle
from policies.catalogue import Catalogue
from policies.permit import Signer
from policies.rules import RuleTable


@dataclass(frozen=True)
class Serving:
    """``secure`` is a folder with keys, made if need be; ``tell`` is given a line for people. With ``console`` each
    line of standard input is one moment as in a scenario: ``set``, ``world``, ``fault``, ``mend``."""

    host: str
    port: int
    profile: str | None
    scenario: str | None
    hz: float
    secure: Path | None
    console: bool
    tell: Callable[[str], None]

    async def run(self) -> None:
        """Until cancelled. Raises VehicleError for an address that cannot be, or an open door to a network."""
        if self.secure is None and self.host not in LOCAL:
            raise VehicleError(
                f"anybody who reaches {self.host} could drive the windows: add --secure FOLDER for TLS and tokens",
                code="settings",
            )
        catalogue, signer, clock = Catalogue.load(), Signer.fresh(), RealClock()
        profile = self.profile or (load_scenario(self.scenario).profile if self.scenario else None)
        settings = load().vehicle
        if profile is not None:
            settings = settings.model_copy(update={"profile": profile})
        car = simulated(settings, clock, catalogue, signer.public_key)
        if self.scenario:
            car.console.load_scenario(self.scenario)
        access = certificate = keys = None
        if self.secure is not None:
            held_back = kuksa_keys.critical(catalogue, RuleTable.load())
            keys = kuksa_keys.make(self.secure, catalogue, held_back, self.host)
            certificate = Certificate(keys.certificate.read_bytes(), keys.tls_key.read_bytes())
            access = Access(keys.jwt_public_key.read_bytes())
        databroker = Databroker(car, signer, clock, catalogue, access=access, hz=self.hz)
        port = await databroker.start(self.host, self.port, certificate)
        self.tell(f"{car.id} speaks kuksa.val.v2 at {self.host}:{port}{' with TLS' if keys else ''}. Ctrl-C stops it.")
        if keys:
            self.tell(f"Certificate {keys.certificate}, tokens {keys.token('voice')} and {keys.token('touch')}")
        listening = asyncio.create_task(self._listen(car)) if self.console else None
        try:
            await databroker.wait()
        finally:
            if listening:
                listening.cancel()
            await databroker.stop()

    async def _listen(self, car: SimulatedVehicle) -> None:
        """The simulator's console, a line at a time; a bad line is told and changes nothing."""
        lines: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read() -> None:  # in a thread that nobody waits for: standard input may never end
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)

        threading.Thread(target=read, daemon=True).start()
        while True:
            line = await lines.get()
            if line.strip():
                self.tell(f"console: {self._do(car, line)}")

    def _do(self, car: SimulatedVehicle, line: str) -> str:
        try:
            what = json.loads(line)
            unknown = set(what) - {"set", "world", "fault", "mend"}
            if unknown:
                raise VehicleError(f"there is no {sorted(unknown)[0]!r} here, only set, world, fault and mend")
            car.console.do(what)
        except (ValueError, TypeError, AttributeError, CabinError) as error:
            return str(error)
        return "done"
