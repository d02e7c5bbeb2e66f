"""The driver's seat: pedals, gears, weather, faults, scenarios and time move the car, and the cluster shows it."""

from textual.widgets import Select

from assistant.bootstrap import Engines
from tests.demo.dashboard.conftest import Driver, driving

SPEED = "Vehicle.Speed"


async def test_the_gas_key_drives_off(driver: Driver) -> None:
    await driver.pilot.press("up", "up", "up")
    driver.ride.clock.advance(6)
    await driver.looks()
    assert driver.value(SPEED) > 5
    assert "MOVING" in driver.sees("#status") or "CREEPING" in driver.sees("#status")


async def test_the_brake_key_stops_it_and_p_parks(driver: Driver) -> None:
    await driver.moves({SPEED: 50})
    await driver.pilot.press("down", "down", "down", "down")
    driver.ride.clock.advance(10)
    await driver.looks()
    assert driver.value(SPEED) == 0
    await driver.pilot.press("p")
    await driver.looks()
    assert "PARKED" in driver.sees("#status")


async def test_a_click_sets_speed_and_gear(driver: Driver) -> None:
    await driver.pilot.click("#speed-80")
    await driver.looks()
    assert driver.value(SPEED) == 80
    await driver.pilot.click("#gear-P")
    await driver.looks()
    assert "PARKED" in driver.sees("#status")


async def test_pause_stops_the_car_s_time(driver: Driver) -> None:
    await driver.pilot.click("#pace-0")
    await driver.looks()
    first = driver.ride.clock.now()
    await driver.pilot.pause(0.2)
    assert driver.ride.clock.now() == first
    assert "time paused" in driver.sees("#status")


async def test_a_scenario_with_a_puncture_raises_the_telltale(engines: Engines) -> None:
    async with driving(engines, scenario="slow_puncture") as driver:
        assert "Tyre pressure" not in driver.sees("#telltales")
        driver.ride.clock.advance(1200)
        await driver.looks()
        assert "Tyre pressure too low" in driver.sees("#telltales")


async def test_a_scenario_from_the_list_begins_in_its_own_car(driver: Driver) -> None:
    await driver.types("set the temperature to 23 degrees")
    driver.cockpit.query_one("#scenario", Select).value = "overheating"
    await driver.until(lambda: driver.ride.scenario == "overheating")
    await driver.until(lambda: "overheating" in driver.sees("#status"))
    assert "rpm" in driver.sees("#energy")
    await driver.until(lambda: driver.cards() == "")
    assert driver.ride.engines.settings.vehicle.profile == "electric_suv"


async def test_a_fault_from_the_list_lights_its_lamp_and_is_in_the_diagnostics(driver: Driver) -> None:
    driver.cockpit.query_one("#fault", Select).value = "code_C0020"
    await driver.until(lambda: "Brake system fault" in driver.sees("#telltales"))
    await driver.pilot.press("4")
    await driver.looks()
    await driver.until(lambda: "C0020" in driver.sees("#code"))
    assert "Freeze frame" in driver.sees("#code")
    assert "odometer" in driver.sees("#code")


async def test_a_lost_speed_sensor_restricts_the_screen(driver: Driver) -> None:
    driver.cockpit.query_one("#fault", Select).value = "speed_sensor_lost"
    await driver.until(lambda: "UNKNOWN" in driver.sees("#status"))
    await driver.pilot.press("t")
    assert not driver.cockpit.query_one("#say").has_focus


async def test_weather_changes_what_the_car_feels(driver: Driver) -> None:
    driver.cockpit.query_one("#weather", Select).value = "frost"
    await driver.until(lambda: "-12" in driver.sees("#climate"))
