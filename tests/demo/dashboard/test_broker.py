"""The dashboard in a car behind a databroker, as `cabin vehicle serve` runs it: seen, moved by permits, and lost."""

from collections.abc import Iterator

import pytest

from assistant.bootstrap import Engines
from assistant.settings import Settings, VehicleSettings
from tests.demo.dashboard.conftest import Driver, driving
from tests.vehicle.brokers import Served

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
TRACTION = "Vehicle.ADAS.TCS.IsEnabled"


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.kill()


def behind(engines: Engines, served: Served) -> Settings:
    return engines.settings.model_copy(update={"vehicle": VehicleSettings(kind="kuksa", port=served.port)})


def parked(driver: Driver) -> bool:
    driver.cockpit.tick()
    return "PARKED" in driver.sees("#status")


async def challenged(driver: Driver, text: str) -> None:
    """Say it until the card is shown: readings that were too long on their way leave the speed unknown, and then what
    is critical is refused.
    """

    def shown() -> bool:
        return bool(driver.cockpit.query_one("#challenge").display)

    while not shown():
        await driver.until(lambda: parked(driver))
        said = len(driver.ride.exchanges)
        driver.cockpit.say(text, "button")
        await driver.until(lambda said=said: len(driver.ride.exchanges) > said and driver.ride.exchanges[-1].reply)
        await driver.looks()


async def test_a_sentence_and_a_click_move_the_car_behind_the_broker(engines: Engines, served: Served) -> None:
    async with driving(engines, settings=behind(engines, served)) as driver:
        await driver.until(lambda: parked(driver))
        await driver.types("set the temperature to 23 degrees")
        assert served.do(lambda car: car.state().get(TEMPERATURE)) == 23.0
        await driver.until(lambda: "23.0°" in driver.sees("#climate"))
        await challenged(driver, "turn off traction control")
        await driver.pilot.click("#yes")
        await driver.until(lambda: served.do(lambda car: car.state().get(TRACTION)) is False)
        await driver.until(lambda: "✓ allowed" in driver.cards())


async def test_its_world_is_not_moved_from_the_driver_s_seat(engines: Engines, served: Served) -> None:
    async with driving(engines, settings=behind(engines, served)) as driver:
        await driver.until(lambda: parked(driver))
        await driver.pilot.press("up")
        assert any("moves by itself" in note.message for note in driver.app._notifications)
        driver.cockpit.start_scenario("overheating")
        await driver.until(lambda: any("no simulated car" in note.message for note in driver.app._notifications))
        assert parked(driver)


async def test_a_broker_that_is_gone_leaves_a_cabin_that_goes_on(engines: Engines, served: Served) -> None:
    async with driving(engines, settings=behind(engines, served)) as driver:
        await driver.until(lambda: parked(driver))
        served.kill()
        await driver.until(lambda: not parked(driver))
        assert "UNKNOWN" in driver.sees("#status")
