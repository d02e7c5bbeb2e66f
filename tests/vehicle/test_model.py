"""The physical model behaves as a driver would expect: right in direction and in size."""

from collections.abc import Callable

import pytest

from tests.vehicle.conftest import Garage

SPEED = "Vehicle.Speed"
PEDAL = "Vehicle.Chassis.Accelerator.PedalPosition"
BRAKE = "Vehicle.Chassis.Brake.PedalPosition"
CHARGE = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed"
RANGE = "Vehicle.Powertrain.Range"
FUEL = "Vehicle.Powertrain.FuelSystem.RelativeLevel"
COOLANT = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature"
OIL = "Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature"
CABIN = "Vehicle.Cabin.HVAC.AmbientAirTemperature"
OUTSIDE = "Vehicle.Exterior.AirTemperature"
TYRE = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
CHARGING = "Vehicle.Powertrain.TractionBattery.Charging."
CABLE = CHARGING + "ChargingPort.AnyPosition.IsChargingCableConnected"
CRUISE = "Vehicle.ADAS.CruiseControl."
FAN = "Vehicle.Cabin.HVAC.Station.Row1.{}.FanSpeed"


def number(garage: Garage, path: str) -> float:
    value = garage.get(path)
    assert isinstance(value, int | float)
    return value


def used(garage: Garage, level: str, kmh: float, **world: float) -> float:
    """Percent taken from battery or tank by an hour at ``kmh``."""
    garage.car.console.set({SPEED: kmh})
    garage.car.console.change(**world)
    before = garage.car.values[level]
    garage.drive(3600)
    return float(before - garage.car.values[level])


def test_the_accelerator_makes_the_car_faster_and_the_brake_stops_it(electric: Garage) -> None:
    electric.car.console.set({PEDAL: 40})
    electric.drive(10)
    fast = number(electric, SPEED)
    assert 30 < fast < 180
    electric.car.console.set({BRAKE: 80})
    electric.drive(15)
    assert number(electric, SPEED) == 0.0


def test_full_throttle_takes_the_electric_car_to_100_in_a_plausible_time(electric: Garage) -> None:
    electric.car.console.set({PEDAL: 100})
    seconds = 0
    while number(electric, SPEED) < 100 and seconds < 60:
        electric.drive(1)
        seconds += 1
    assert 5 <= seconds <= 12


@pytest.mark.parametrize(("profile", "top"), [("electric_suv", 180), ("petrol_hatchback", 215), ("diesel_van", 175)])
def test_no_car_exceeds_its_top_speed(garage: Callable[..., Garage], profile: str, top: float) -> None:
    built = garage(profile)
    built.car.console.set({PEDAL: 100})
    built.drive(300)
    assert 0.8 * top < number(built, SPEED) <= top


def test_climbing_is_slower_than_descending_with_the_same_pedal(garage: Callable[..., Garage]) -> None:
    def speed(grade: float) -> float:
        built = garage()
        built.car.console.change(grade_percent=grade)
        built.car.console.set({PEDAL: 25})
        built.drive(20)
        return number(built, SPEED)

    assert speed(10) < speed(0) < speed(-10)


def test_the_pedal_does_nothing_in_park(electric: Garage) -> None:
    electric.car.console.set({PEDAL: 50})
    electric.drive(5)
    electric.apply({"Vehicle.Chassis.ParkingBrake.IsEngaged": True})
    electric.drive(5)
    assert number(electric, SPEED) == 0.0


def test_cruise_control_takes_a_held_speed_to_its_own(electric: Garage) -> None:
    electric.car.console.set({SPEED: 80})
    electric.apply({CRUISE + "SpeedSet": 110.0, CRUISE + "IsActive": True})
    electric.drive(60)
    assert number(electric, SPEED) == pytest.approx(110, abs=1)


def test_cruise_control_works_the_pedals_when_nobody_does(electric: Garage) -> None:
    electric.car.console.set({PEDAL: 40})
    electric.drive(8)
    electric.apply({CRUISE + "SpeedSet": 90.0, CRUISE + "IsActive": True})
    electric.drive(120)
    assert number(electric, SPEED) == pytest.approx(90, abs=4)


def test_the_speed_limiter_takes_the_accelerator_away(electric: Garage) -> None:
    electric.apply({"Vehicle.ADAS.SpeedLimiter.SpeedSet": 60.0, "Vehicle.ADAS.SpeedLimiter.IsEnabled": True})
    electric.car.console.set({PEDAL: 60})
    electric.drive(60)
    assert number(electric, SPEED) == pytest.approx(60, abs=8)


def test_the_speed_limiter_brings_the_car_down(electric: Garage) -> None:
    electric.car.console.set({SPEED: 150})
    electric.apply({"Vehicle.ADAS.SpeedLimiter.SpeedSet": 100.0, "Vehicle.ADAS.SpeedLimiter.IsEnabled": True})
    electric.drive(60)
    assert number(electric, SPEED) == pytest.approx(100, abs=1)


def test_consumption_is_that_of_a_real_car(garage: Callable[..., Garage]) -> None:
    kwh = used(garage(), CHARGE, 100) / 100 * 79
    litres = used(garage("petrol_hatchback"), FUEL, 100) / 100 * 50
    diesel = used(garage("diesel_van"), FUEL, 100) / 100 * 70
    assert 12 < kwh < 24
    assert 4 < litres < 8
    assert 5 < diesel < 11


def test_faster_and_uphill_take_more(garage: Callable[..., Garage]) -> None:
    assert used(garage(), CHARGE, 80) < used(garage(), CHARGE, 120) < used(garage(), CHARGE, 120, grade_percent=2)


def test_range_falls_with_the_charge(electric: Garage) -> None:
    before = number(electric, RANGE)
    used(electric, CHARGE, 100)
    assert 0 < number(electric, RANGE) < before


def test_an_empty_tank_stops_the_engine(petrol: Garage) -> None:
    petrol.car.console.set({SPEED: 100, FUEL: 0})
    petrol.drive(5)
    assert petrol.get("Vehicle.Powertrain.CombustionEngine.IsRunning") is False


def test_the_reserve_light_comes_on_with_the_reserve(petrol: Garage) -> None:
    light = "Vehicle.Powertrain.FuelSystem.IsFuelLevelLow"
    petrol.car.console.set({FUEL: 15})
    assert petrol.get(light) is False
    petrol.car.console.set({FUEL: 13})
    assert petrol.get(light) is True


def test_charging_fills_the_battery_to_its_limit_and_stops(electric: Garage) -> None:
    electric.car.console.set({CABLE: True})
    electric.apply({CHARGING + "StartStopCharging": "START"})
    electric.drive(60)
    assert electric.get(CHARGING + "IsCharging") is True
    assert 0 < number(electric, CHARGING + "TimeToComplete") < 2 * 3600
    electric.drive(3600)
    assert electric.get(CHARGING + "IsCharging") is False
    assert number(electric, CHARGE) == pytest.approx(80, abs=0.5)


def test_nothing_charges_without_a_cable(electric: Garage) -> None:
    electric.apply({CHARGING + "StartStopCharging": "START"})
    electric.drive(60)
    assert electric.get(CHARGING + "IsCharging") is False


def test_the_engine_warms_up_coolant_before_oil(petrol: Garage) -> None:
    petrol.car.console.set({SPEED: 50})
    petrol.drive(240)
    assert 18 < number(petrol, OIL) < number(petrol, COOLANT) < 90
    petrol.drive(1800)
    assert 85 <= number(petrol, COOLANT) <= 105
    assert 80 <= number(petrol, OIL) <= 130


def test_an_engine_that_is_off_cools_down(petrol: Garage) -> None:
    petrol.car.console.set({COOLANT: 90})
    petrol.drive(4 * 3600)
    assert 18 <= number(petrol, COOLANT) < 50


@pytest.mark.parametrize(("wanted", "cooling", "warmer"), [(26.0, False, True), (16.0, True, False)])
def test_the_cabin_follows_the_climate_settings(electric: Garage, wanted: float, cooling: bool, warmer: bool) -> None:
    electric.apply(
        {
            "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature": wanted,
            "Vehicle.Cabin.HVAC.Station.Row1.Passenger.Temperature": wanted,
            "Vehicle.Cabin.HVAC.IsAirConditioningActive": cooling,
        }
    )
    electric.drive(1800)
    assert number(electric, CABIN) == pytest.approx(wanted, abs=1.5)
    assert (number(electric, CABIN) > 20) is warmer


def test_without_air_conditioning_the_cabin_gets_no_cooler_than_the_air_outside(electric: Garage) -> None:
    electric.car.console.set({OUTSIDE: 30, CABIN: 38})
    electric.drive(3600)
    assert number(electric, CABIN) >= 29.9


def test_an_open_window_brings_the_air_outside_in(garage: Callable[..., Garage]) -> None:
    def after(window: int) -> float:
        built = garage()
        built.car.console.set({OUTSIDE: 0, FAN.format("Driver"): 0, FAN.format("Passenger"): 0})
        built.car.console.set({"Vehicle.Cabin.Door.Row1.DriverSide.Window.Position": window})
        built.drive(300)
        return number(built, CABIN)

    assert after(100) < after(0)


def test_tyres_gain_pressure_as_they_warm(electric: Garage) -> None:
    electric.car.console.set({SPEED: 120})
    electric.drive(3600)
    assert 255 < number(electric, TYRE) < 290


def test_tyres_lose_pressure_in_the_cold(electric: Garage) -> None:
    electric.car.console.set({OUTSIDE: -20})
    electric.drive(4 * 3600)
    assert 190 < number(electric, TYRE) < 230


def test_a_leak_empties_one_tyre_and_no_other(electric: Garage) -> None:
    electric.car.console.change(leaks={"Row1.Left": 2.0})
    electric.drive(1800)
    assert number(electric, TYRE) == pytest.approx(190, abs=3)
    assert number(electric, TYRE.replace("Left", "Right")) == pytest.approx(250, abs=1)


def test_the_odometer_and_the_service_count_down_the_way(electric: Garage) -> None:
    electric.car.console.set({SPEED: 60, "Vehicle.Service.DistanceToService": 30})
    metres = number(electric, "Vehicle.TraveledDistance")
    electric.drive(1800)
    assert number(electric, "Vehicle.TraveledDistance") - metres == pytest.approx(30_000, abs=2)
    assert number(electric, "Vehicle.AverageSpeed") == pytest.approx(60, abs=0.1)
    electric.drive(60)
    assert electric.get("Vehicle.Service.IsServiceDue") is True


def test_braking_wears_the_pads_and_rolling_does_not(electric: Garage) -> None:
    pads = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear"
    electric.car.console.set({SPEED: 100})
    electric.drive(600)
    rolled = electric.car.values[pads]
    electric.car.console.set({BRAKE: 60})
    electric.drive(30)
    assert rolled == 22
    assert electric.car.values[pads] > rolled
