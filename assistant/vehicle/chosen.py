"""The car that the settings name: ours, or one behind a databroker or a diagnostic socket. Only here they differ."""

from typing import TYPE_CHECKING

from assistant.errors import SettingsError
from assistant.ports import Clock, Vehicle
from assistant.settings import VehicleSettings
from policies.catalogue import Catalogue
from policies.permit import Verifier

if TYPE_CHECKING:
    from assistant.vehicle.can.car import DiagnosedVehicle
    from assistant.vehicle.console import Console
    from assistant.vehicle.kuksa import KuksaVehicle
    from assistant.vehicle.kuksa_link import Broker
    from assistant.vehicle.simulated import SimulatedVehicle


def vehicle(settings: VehicleSettings, clock: Clock, catalogue: Catalogue, public_key: bytes) -> Vehicle:
    """The car, taking permits that are signed with the private half of ``public_key`` and name its ``id``."""
    if settings.kind == "kuksa":
        return behind_broker(settings, clock, catalogue, public_key)
    if settings.kind == "can":
        return behind_socket(settings, clock, catalogue, public_key)
    return simulated(settings, clock, catalogue, public_key)


def console(car: Vehicle, catalogue: Catalogue) -> "Console":
    """The console of ``car``: the simulator's, or one that only looks."""
    from assistant.vehicle.no_console import NoConsole
    from assistant.vehicle.simulated import SimulatedVehicle

    return car.console if isinstance(car, SimulatedVehicle) else NoConsole(car, catalogue)


def simulated(settings: VehicleSettings, clock: Clock, catalogue: Catalogue, public_key: bytes) -> "SimulatedVehicle":
    """A fresh car of ours, with its console."""
    from assistant.vehicle.simulated import SimulatedVehicle

    verifier = Verifier(public_key, settings.profile, started_at=clock.now())
    return SimulatedVehicle(clock, catalogue, verifier, profile=settings.profile, seed=settings.seed)


def behind_broker(settings: VehicleSettings, clock: Clock, catalogue: Catalogue, public_key: bytes) -> "KuksaVehicle":
    """The car behind the settings' databroker. Raises SettingsError when the token's file cannot be read."""
    from assistant.vehicle.kuksa import KuksaVehicle, vehicle_id

    at = broker(settings)
    verifier = Verifier(public_key, vehicle_id(at), started_at=clock.now())
    return KuksaVehicle(at, clock, catalogue, verifier)


def behind_socket(
    settings: VehicleSettings, clock: Clock, catalogue: Catalogue, public_key: bytes
) -> "DiagnosedVehicle":
    """The car behind a diagnostic socket. Raises VehicleError when the interface cannot be opened."""
    from assistant.vehicle.can.car import DiagnosedVehicle
    from assistant.vehicle.can.line import open_bus

    name = f"can {settings.can_channel}"
    verifier = Verifier(public_key, name, started_at=clock.now())
    bus = open_bus(settings.can_interface, settings.can_channel, settings.can_bitrate)
    return DiagnosedVehicle(bus, clock, catalogue, verifier, name)


def broker(settings: VehicleSettings) -> "Broker":
    """Where the databroker is, and what opens it."""
    from assistant.vehicle.kuksa_link import Broker

    token = ""
    if settings.token is not None:
        try:
            token = settings.token.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"vehicle.token: {settings.token} cannot be read: {error}") from error
    return Broker(settings.host, settings.port, token, settings.root_certificate, settings.server_name)
