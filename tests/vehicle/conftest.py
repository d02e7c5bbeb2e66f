"""A simulated car on a clock that only the test moves, with the gate's half of its permits."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from assistant.clock import ManualClock
from assistant.vehicle.simulated import SimulatedVehicle
from policies.catalogue import Catalogue
from policies.command import Command, Value
from policies.permit import Permit, Signer, Verifier


@dataclass
class Garage:
    """One car and everything around it."""

    car: SimulatedVehicle
    clock: ManualClock
    signer: Signer

    def permit(self, wanted: dict[str, Value]) -> Permit:
        commands = [Command(path, value) for path, value in wanted.items()]
        return self.signer.sign(self.car.id, commands, self.clock.now())

    def apply(self, wanted: dict[str, Value]) -> dict[str, Value]:
        return asyncio.run(self.car.apply(self.permit(wanted)))

    def drive(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.car.state()

    def get(self, path: str) -> Value:
        value: Value = self.car.console.get([path])[path]
        return value


@pytest.fixture
def garage() -> Callable[..., Garage]:
    def build(profile: str = "electric_suv", seed: int = 0) -> Garage:
        clock, signer = ManualClock(1000.0), Signer.fresh()
        verifier = Verifier(signer.public_key, profile, clock.now())
        return Garage(SimulatedVehicle(clock, Catalogue.load(), verifier, profile, seed), clock, signer)

    return build


@pytest.fixture
def electric(garage: Callable[..., Garage]) -> Garage:
    return garage()


@pytest.fixture
def petrol(garage: Callable[..., Garage]) -> Garage:
    return garage("petrol_hatchback")
