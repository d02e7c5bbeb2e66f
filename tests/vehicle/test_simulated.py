"""What the cabin notices of the simulated car: it takes permits only, does what they say once, and tells the truth."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.clock import ManualClock
from assistant.errors import VehicleError
from assistant.vehicle.profile import PROFILES, load_profile
from assistant.vehicle.simulated import SimulatedVehicle
from policies.catalogue import Catalogue
from policies.command import Command
from policies.permit import PermitRefused, Signer, Verifier
from tests.vehicle.conftest import Garage

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
OTHER_WINDOW = "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
CODES = "Vehicle.Diagnostics.DTCList"
CLEAR = "Vehicle.Diagnostics.IsClearRequested"


def test_a_permit_is_carried_out_and_read_back(electric: Garage) -> None:
    assert electric.apply({WINDOW: 60, TEMPERATURE: 22.5}) == {WINDOW: 60, TEMPERATURE: 22.5}
    assert electric.get(WINDOW) == 60 and electric.get(TEMPERATURE) == 22.5


def test_nothing_but_the_permits_commands_changes_in_a_parked_car(electric: Garage) -> None:
    before = {path: reading.value for path, reading in electric.car.state().readings.items()}
    electric.apply({MODE: "SPORT"})
    after = {path: reading.value for path, reading in electric.car.state().readings.items()}
    assert {path for path in after if after[path] != before[path]} == {MODE}


def test_a_permit_works_once(electric: Garage) -> None:
    permit = electric.permit({WINDOW: 40})
    asyncio.run(electric.car.apply(permit))
    electric.apply({WINDOW: 0})
    with pytest.raises(PermitRefused):
        asyncio.run(electric.car.apply(permit))
    assert electric.get(WINDOW) == 0


def test_an_edited_permit_moves_nothing(electric: Garage) -> None:
    permit = replace(electric.permit({WINDOW: 10}), commands=(Command(WINDOW, 100),))
    with pytest.raises(PermitRefused):
        asyncio.run(electric.car.apply(permit))
    assert electric.get(WINDOW) == 0


def test_another_cars_permit_moves_nothing(electric: Garage) -> None:
    permit = electric.signer.sign("another car", [Command(WINDOW, 100)], electric.clock.now())
    with pytest.raises(PermitRefused):
        asyncio.run(electric.car.apply(permit))
    assert electric.get(WINDOW) == 0


def test_an_expired_permit_moves_nothing(electric: Garage) -> None:
    permit = electric.permit({WINDOW: 100})
    electric.clock.advance(2.5)
    with pytest.raises(PermitRefused):
        asyncio.run(electric.car.apply(permit))
    assert electric.get(WINDOW) == 0


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"Vehicle.Speed": 50.0}, "not_settable"),
        ({"Vehicle.Cabin.Toaster": True}, "unknown_signal"),
        ({TEMPERATURE: 45.0}, "bad_value"),
    ],
)
def test_one_impossible_command_keeps_the_whole_permit_from_happening(
    electric: Garage, bad: dict[str, float | bool], code: str
) -> None:
    with pytest.raises(VehicleError) as caught:
        electric.apply({WINDOW: 50, **bad})
    assert caught.value.code == code
    assert electric.get(WINDOW) == 0


def test_a_car_without_a_front_trunk_says_so(petrol: Garage) -> None:
    with pytest.raises(VehicleError, match=r"no .*trunk") as caught:
        petrol.apply({"Vehicle.Body.Trunk.Front.IsOpen": True})
    assert caught.value.code == "not_fitted"


def test_a_slow_seat_has_arrived_when_done_is_said_though_no_time_passed_for_the_driver(electric: Garage) -> None:
    before = electric.clock.now()
    assert electric.apply({SEAT: 300}) == {SEAT: 300}
    assert electric.clock.now() == before


def test_a_window_takes_its_time_in_the_cars_own_time(electric: Garage) -> None:
    before = electric.car.model_time
    electric.apply({WINDOW: 100})
    assert electric.car.model_time - before == pytest.approx(4.0)


def test_a_sticking_window_is_reported_where_it_stands(electric: Garage) -> None:
    electric.car.console.fault(WINDOW, "sticks")
    assert electric.apply({WINDOW: 80}) == {WINDOW: 0}


def test_a_window_that_goes_half_way_is_reported_half_way(electric: Garage) -> None:
    electric.car.console.fault(WINDOW, "half")
    assert electric.apply({WINDOW: 80}) == {WINDOW: 40}
    electric.drive(60)
    assert electric.get(WINDOW) == 40


def test_a_late_window_is_reported_closed_and_opens_afterwards(electric: Garage) -> None:
    electric.car.console.fault(WINDOW, "late")
    assert electric.apply({WINDOW: 80}) == {WINDOW: 0}
    electric.drive(10)
    assert electric.get(WINDOW) == 80


def test_one_sticking_window_does_not_keep_the_other_from_opening(electric: Garage) -> None:
    electric.car.console.fault(WINDOW, "sticks")
    assert electric.apply({WINDOW: 50, OTHER_WINDOW: 50}) == {WINDOW: 0, OTHER_WINDOW: 50}


def test_a_switch_with_a_fault_stays_as_it_was(electric: Garage) -> None:
    electric.car.console.fault(MODE, "half")
    assert electric.apply({MODE: "SPORT"}) == {MODE: "NORMAL"}


def test_a_mended_window_moves_again(electric: Garage) -> None:
    electric.car.console.fault(WINDOW, "sticks")
    electric.car.console.mend(WINDOW)
    assert electric.apply({WINDOW: 80}) == {WINDOW: 80}


def test_the_sunroof_switch_moves_the_sunroof(electric: Garage) -> None:
    electric.apply({"Vehicle.Cabin.Sunroof.Switch": "TILT_UP"})
    electric.drive(10)
    assert electric.get("Vehicle.Cabin.Sunroof.Position") == -100


def test_cleared_fault_codes_are_gone_and_the_request_falls_back(electric: Garage) -> None:
    electric.car.console.set({CODES: ["P0301", "U0100"]})
    assert electric.apply({CLEAR: True}) == {CLEAR: True}
    assert electric.car.console.get([CODES]) == {CODES: []}
    electric.drive(5)
    assert electric.get(CLEAR) is False


def test_a_factory_reset_puts_back_the_settings_and_nothing_else(electric: Garage) -> None:
    electric.apply({"Vehicle.Cabin.Infotainment.Media.Volume": 90, TEMPERATURE: 25.0})
    electric.apply({"Vehicle.Cabin.Infotainment.IsFactoryResetRequested": True})
    assert electric.get("Vehicle.Cabin.Infotainment.Media.Volume") == 30
    assert electric.get(TEMPERATURE) == 25.0


@pytest.mark.parametrize("profile", PROFILES)
def test_every_signal_of_the_catalogue_is_reported_fresh_unless_the_car_lacks_it(
    garage: Callable[..., Garage], profile: str
) -> None:
    built = garage(profile)
    built.clock.advance(3.0)
    state, now, known = built.car.state(), built.clock.now(), load_profile(profile)
    assert set(state.readings) == {path for path in Catalogue.load() if known.fitted(path)}
    assert {reading.at for reading in state.readings.values()} == {now}


@pytest.mark.parametrize("profile", PROFILES)
def test_every_start_value_is_one_that_the_catalogue_allows(profile: str) -> None:
    catalogue, start = Catalogue.load(), load_profile(profile).start
    assert set(start) == set(catalogue)
    wrong = {}
    for path, value in start.items():
        try:
            if not isinstance(value, list):
                catalogue[path].check(value)
        except ValueError as error:
            wrong[path] = str(error)
    assert wrong == {}


def test_every_reported_value_stays_within_the_catalogue_after_an_hour_of_driving(petrol: Garage) -> None:
    petrol.car.console.load_scenario("overheating")
    petrol.drive(3600)
    catalogue = Catalogue.load()
    for path, reading in petrol.car.state().readings.items():
        if not isinstance(reading.value, tuple):
            assert catalogue[path].check(reading.value) == reading.value


def test_a_frozen_sensor_keeps_its_value_and_ages(electric: Garage) -> None:
    electric.car.console.set({"Vehicle.Speed": 30})
    electric.car.console.fault("Vehicle.Speed", "freezes")
    electric.car.console.set({"Vehicle.Speed": 90})
    electric.clock.advance(2.0)
    state = electric.car.state()
    assert state.get("Vehicle.Speed") == 30.0
    assert state.age("Vehicle.Speed", electric.clock.now()) == 2.0


def test_a_lost_sensor_is_not_reported_at_all(electric: Garage) -> None:
    electric.car.console.fault("Vehicle.Speed", "missing")
    assert electric.car.state().get("Vehicle.Speed") is None


def test_a_jumping_sensor_shows_the_same_jumps_with_the_same_seed(garage: Callable[..., Garage]) -> None:
    def jumps(seed: int) -> list[object]:
        built = garage(seed=seed)
        built.car.console.fault("Vehicle.Exterior.AirTemperature", "jumps")
        return [built.get("Vehicle.Exterior.AirTemperature") for _ in range(20)]

    assert jumps(7) == jumps(7)
    assert jumps(7) != jumps(8)
    assert 18.0 in jumps(7) and len(set(jumps(7))) > 3


def test_the_same_drive_ends_the_same(garage: Callable[..., Garage]) -> None:
    def end() -> dict[str, object]:
        built = garage()
        built.car.console.load_scenario("motorway")
        for _ in range(30):
            built.drive(61)
        return {path: reading.value for path, reading in built.car.state().readings.items()}

    assert end() == end()


def test_looking_at_the_car_does_not_move_it(electric: Garage) -> None:
    electric.car.console.set({"Vehicle.Speed": 50})
    before = electric.car.state()
    assert all(electric.car.state() == before for _ in range(20))


def test_an_unknown_profile_is_named_with_those_there_are() -> None:
    signer = Signer.fresh()
    with pytest.raises(VehicleError, match=r"'tractor'.*electric_suv"):
        SimulatedVehicle(ManualClock(), Catalogue.load(), Verifier(signer.public_key, "x", 0.0), "tractor")
