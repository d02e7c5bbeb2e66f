"""Whatever is done to the simulated car, it never breaks, and it never reports what the catalogue does not allow."""

import asyncio
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.clock import ManualClock
from assistant.errors import VehicleError
from assistant.vehicle.profile import PROFILES
from assistant.vehicle.simulated import SimulatedVehicle
from policies.catalogue import Catalogue, Signal
from policies.command import Command
from policies.permit import Signer, Verifier

CATALOGUE = Catalogue.load()
MOST = 1e6


def values(signal: Signal) -> st.SearchStrategy[Any]:
    """Values that the catalogue allows for ``signal``, the ends of its range included."""
    if signal.type == "boolean":
        return st.booleans()
    if signal.type == "string[]":
        return st.lists(st.sampled_from(["P0301", "C0077", "U0100"]), max_size=3)
    if signal.type == "string":
        return st.sampled_from(signal.allowed) if signal.allowed else st.just(CATALOGUE_START[signal.path])
    low = -MOST if signal.minimum is None else signal.minimum
    high = MOST if signal.maximum is None else signal.maximum
    if "int" in signal.type:
        return st.integers(int(low), int(high)) | st.sampled_from([int(low), int(high)])
    return st.floats(low, high) | st.sampled_from([low, high])


def _start() -> dict[str, Any]:
    from assistant.vehicle.profile import load_profile

    return load_profile("electric_suv").start


CATALOGUE_START = _start()
PATHS = st.sampled_from(sorted(CATALOGUE))
SETS = PATHS.flatmap(lambda path: st.tuples(st.just("set"), st.just(path), values(CATALOGUE[path])))
COMMANDS = st.sampled_from(sorted(p for p in CATALOGUE if CATALOGUE[p].kind == "actuator")).flatmap(
    lambda path: st.tuples(st.just("command"), st.just(path), values(CATALOGUE[path]))
)
FAULTS = st.tuples(st.just("fault"), PATHS, st.sampled_from(["sticks", "late", "half", "freezes", "jumps", "missing"]))
WAITS = st.tuples(st.just("wait"), st.just(""), st.floats(0, 400))


@given(
    profile=st.sampled_from(PROFILES),
    seed=st.integers(0, 9),
    steps=st.lists(st.one_of(SETS, SETS, COMMANDS, FAULTS, WAITS), max_size=12),
)
@example("electric_suv", 0, [("set", "Vehicle.Powertrain.TractionBattery.StateOfHealth", 0.0), ("wait", "", 60.0)])
@example("petrol_hatchback", 0, [("set", "Vehicle.Exterior.AirTemperature", -273.15), ("wait", "", 400.0)])
@settings(max_examples=150, deadline=None)
def test_no_drive_breaks_the_car_or_its_reports(profile: str, seed: int, steps: list[tuple[str, str, Any]]) -> None:
    clock, signer = ManualClock(), Signer.fresh()
    car = SimulatedVehicle(clock, CATALOGUE, Verifier(signer.public_key, profile, 0.0), profile, seed)
    for what, path, value in steps:
        try:
            if what == "set":
                car.console.set({path: value})
            elif what == "fault":
                car.console.fault(path, value)
            elif what == "wait":
                clock.advance(value)
            else:
                reported = asyncio.run(car.apply(signer.sign(car.id, [Command(path, value)], clock.now())))
                assert set(reported) <= {path}
        except VehicleError as error:
            assert error.code in ("not_fitted", "unknown_fault", "bad_value")
        for signal, reading in car.state().readings.items():
            assert reading.at <= clock.now()
            if not isinstance(reading.value, tuple):
                assert CATALOGUE[signal].check(reading.value) == reading.value
