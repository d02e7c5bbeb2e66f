"""What the car reports, as the knowledge base takes it."""

from assistant.ports import Clock, Vehicle
from knowledge.answer import LiveReading
from policies.catalogue import Catalogue


def readings(vehicle: Vehicle, catalogue: Catalogue, clock: Clock) -> list[LiveReading]:
    """Every reading of a signal that the catalogue knows, with its unit there and its age in seconds."""
    state, now = vehicle.state(), clock.now()
    return [
        LiveReading(path, reading.value, catalogue[path].unit, now - reading.at)
        for path, reading in state.readings.items()
        if path in catalogue
    ]
