"""The simulator's console: what a test or a demonstration sets is what the car then reports, or a clear error."""

import pytest

from assistant.errors import VehicleError
from tests.vehicle.conftest import Garage

SPEED = "Vehicle.Speed"
GEAR = "Vehicle.Powertrain.Transmission.CurrentGear"
SELECTED = "Vehicle.Powertrain.Transmission.SelectedGear"
LOCK = "Vehicle.Powertrain.Transmission.IsParkLockEngaged"
BRAKE = "Vehicle.Chassis.ParkingBrake.IsEngaged"
MOVING = "Vehicle.IsMoving"
TYRE = "Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure"
LIGHT = "Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.IsPressureLow"
CODES = "Vehicle.Diagnostics.DTCList"
COUNT = "Vehicle.Diagnostics.DTCCount"
COOLANT = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature"
RUNNING = "Vehicle.Powertrain.CombustionEngine.IsRunning"


def gears(garage: Garage) -> tuple[object, ...]:
    return tuple(garage.car.console.get([MOVING, GEAR, LOCK, BRAKE]).values())


def test_a_new_car_is_parked(electric: Garage) -> None:
    assert gears(electric) == (False, 0, True, True)


def test_setting_a_speed_puts_the_car_in_drive(electric: Garage) -> None:
    assert electric.car.console.set({SPEED: 50}) == {SPEED: 50.0}
    assert gears(electric) == (True, 1, False, False)


def test_a_set_speed_is_kept(electric: Garage) -> None:
    electric.car.console.set({SPEED: 80})
    electric.drive(600)
    assert electric.get(SPEED) == 80.0


def test_speed_zero_parks_the_car(electric: Garage) -> None:
    electric.car.console.set({SPEED: 50})
    electric.car.console.set({SPEED: 0})
    assert gears(electric) == (False, 0, True, True)
    assert electric.get(SELECTED) == 126


@pytest.mark.parametrize("how", [{GEAR: 1}, {LOCK: False}])
def test_speed_zero_with_a_gear_leaves_the_car_standing_in_gear(electric: Garage, how: dict[str, object]) -> None:
    electric.car.console.set({SPEED: 50})
    electric.car.console.set({SPEED: 0, **how})
    assert gears(electric) == (False, 1, False, False)
    assert electric.get(SELECTED) == 127


def test_speed_zero_with_the_park_lock_parks_the_car(electric: Garage) -> None:
    electric.car.console.set({SPEED: 50})
    electric.car.console.set({SPEED: 0, LOCK: True})
    assert gears(electric) == (False, 0, True, True)


def test_a_gear_alone_lets_the_parked_car_stand_in_gear(electric: Garage) -> None:
    electric.car.console.set({GEAR: 1})
    assert gears(electric) == (False, 1, False, False)


def test_a_speed_below_zero_is_driving_backwards(electric: Garage) -> None:
    electric.car.console.set({SPEED: -5})
    assert gears(electric) == (True, -1, False, False)


def test_driving_off_starts_a_combustion_engine(petrol: Garage) -> None:
    assert petrol.get(RUNNING) is False
    petrol.car.console.set({SPEED: 30})
    assert petrol.get(RUNNING) is True


@pytest.mark.parametrize("kpa", [199, 120, 0])
def test_a_tyre_below_its_limit_lights_the_warning_and_stores_a_code(electric: Garage, kpa: int) -> None:
    assert electric.car.console.set({TYRE: kpa}) == {TYRE: kpa}
    assert electric.get(LIGHT) is True
    electric.drive(5)
    assert electric.car.console.get([CODES, COUNT]) == {CODES: ["C0077"], COUNT: 1}


def test_a_tyre_at_its_limit_lights_nothing(electric: Garage) -> None:
    electric.car.console.set({TYRE: 200})
    assert electric.get(LIGHT) is False


def test_filling_the_tyre_puts_the_warning_out(electric: Garage) -> None:
    electric.car.console.set({TYRE: 150})
    electric.drive(5)
    electric.car.console.set({TYRE: 250})
    electric.drive(5)
    assert electric.car.console.get([LIGHT, CODES]) == {LIGHT: False, CODES: []}


def test_fault_codes_can_be_set_and_are_counted(electric: Garage) -> None:
    assert electric.car.console.set({CODES: ["P0301", "P0420"]}) == {CODES: ["P0301", "P0420"]}
    assert electric.get(COUNT) == 2


@pytest.mark.parametrize("codes", ["P0301", ["nonsense"], [1], ["p0301"]])
def test_something_that_is_no_list_of_codes_is_named(electric: Garage, codes: object) -> None:
    with pytest.raises(VehicleError, match=r"DTCList takes a list of codes like P0301") as caught:
        electric.car.console.set({CODES: codes})
    assert caught.value.code == "bad_value"


def test_an_unknown_path_is_named_with_the_closest(electric: Garage) -> None:
    with pytest.raises(VehicleError, match=r"'Vehicle.Sped'; the closest is Vehicle.Speed") as caught:
        electric.car.console.set({"Vehicle.Sped": 1})
    assert caught.value.code == "unknown_signal"
    with pytest.raises(VehicleError, match=r"Vehicle.Speed"):
        electric.car.console.get(["Vehicle.Sped"])


@pytest.mark.parametrize("value", ["fast", True, None, float("nan"), float("inf"), [50]])
def test_a_value_that_the_signal_cannot_have_is_refused(electric: Garage, value: object) -> None:
    with pytest.raises(VehicleError, match=r"Vehicle\.Speed") as caught:
        electric.car.console.set({SPEED: value})
    assert caught.value.code == "bad_value"


def test_one_bad_value_keeps_the_whole_call_from_happening(electric: Garage) -> None:
    with pytest.raises(VehicleError):
        electric.car.console.set({SPEED: 50, TYRE: "flat"})
    assert electric.get(SPEED) == 0.0


def test_a_derived_signal_that_is_set_stays_set_until_its_cause_changes(petrol: Garage) -> None:
    low, level = "Vehicle.Powertrain.FuelSystem.IsFuelLevelLow", "Vehicle.Powertrain.FuelSystem.RelativeLevel"
    petrol.car.console.set({low: True})
    petrol.drive(60)
    assert petrol.get(low) is True
    petrol.car.console.set({level: 50})
    assert petrol.get(low) is False
    petrol.car.console.set({level: 5})
    assert petrol.get(low) is True


def test_a_released_signal_follows_the_model_again(electric: Garage) -> None:
    volts = "Vehicle.LowVoltageBattery.CurrentVoltage"
    electric.car.console.set({volts: 11.2})
    electric.drive(60)
    assert electric.get(volts) == 11.2
    electric.car.console.release(volts)
    electric.drive(1)
    assert electric.get(volts) == 14.3


def test_a_signal_that_the_car_lacks_is_reported_once_the_console_sets_it(electric: Garage) -> None:
    assert electric.get(COOLANT) is None
    electric.car.console.set({COOLANT: 121})
    assert electric.get(COOLANT) == 121.0


def test_an_actuator_on_its_way_stays_where_the_console_puts_it(electric: Garage) -> None:
    window = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
    electric.car.console.fault(window, "late")
    electric.apply({window: 100})
    electric.car.console.set({window: 30})
    electric.drive(60)
    assert electric.get(window) == 30


@pytest.mark.parametrize("kind", ["sticks", "explodes"])
def test_a_fault_that_a_sensor_cannot_have_is_named_with_those_it_can(electric: Garage, kind: str) -> None:
    with pytest.raises(VehicleError, match=f"{SPEED}.*{kind}.*freezes, jumps, missing"):
        electric.car.console.fault(SPEED, kind)


@pytest.mark.parametrize(
    "change",
    [{"gravity": 2}, {"cooling": 2.0}, {"network": "no"}, {"leaks": {"Row9.Left": 1}}, {"leaks": {"Row1.Left": -1}}],
)
def test_a_condition_that_the_world_cannot_have_is_refused(electric: Garage, change: dict[str, object]) -> None:
    with pytest.raises(VehicleError, match=next(iter(change))):
        electric.car.console.change(**change)
