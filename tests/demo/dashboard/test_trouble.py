"""What goes wrong is told in words, in its place; the rest goes on."""

from pathlib import Path

import pytest
from textual.widgets import Static

from assistant.bootstrap import Engines
from assistant.errors import SpeechError
from assistant.settings import Settings
from demo.dashboard.app import Dashboard
from demo.dashboard.ride import Ride
from demo.dashboard.speaker import Speaker
from tests.demo.dashboard.conftest import Driver, driving, no_microphone


class Lost:
    """An engine that fails to load."""

    ready = False

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self) -> object:
        raise self.error


async def test_a_voice_that_crashes_shows_in_the_bar_and_the_cabin_goes_on(engines: Engines, monkeypatch) -> None:
    monkeypatch.setattr(engines, "synthesizer", Lost(SpeechError("the voice has lost its tongue")))
    async with driving(engines) as driver:
        assert "the voice has lost its tongue" in driver.sees("#engines")
        await driver.types("set the temperature to 23 degrees")
        assert "✓ allowed" in driver.cards()


async def test_an_engine_that_crashes_in_its_own_way_is_no_traceback(engines: Engines, monkeypatch) -> None:
    monkeypatch.setattr(engines, "synthesizer", Lost(MemoryError("segment 7")))
    async with driving(engines) as driver:
        bar = driver.sees("#engines")
        assert "segment 7" in bar
        assert "Traceback" not in bar


async def test_rules_that_cannot_be_read_leave_a_sentence(tmp_path: Path) -> None:
    engines = Engines(Settings(data_dir=tmp_path))
    engines.rules = Lost(ValueError("rules.yaml, line 3: a rule without an id"))
    app = Dashboard(
        Ride(engines.settings, engines=engines, ahead=("the rules",)),
        speaker=Speaker(player=()),
        converse=no_microphone,
    )
    async with app.run_test(size=(160, 48)) as pilot:
        driver = Driver(app, pilot)
        engines.parts()  # the real ones are untouched
        await driver.until(lambda: any(part.standing == "failed" for part in app.ride.parts))
        await driver.until(lambda: "rules.yaml, line 3" in driver.sees("#engines"))
        await pilot.press("t", "h", "i", "enter")
        assert not app.failure


async def test_a_car_out_of_reach_is_told(driver: Driver, monkeypatch) -> None:
    assert driver.ride.rig is not None

    def unreachable() -> None:
        raise ConnectionError("the broker does not answer")

    monkeypatch.setattr(driver.ride.rig.cabin.vehicle, "state", unreachable)
    await driver.looks()
    assert "the broker does not answer" in driver.sees("#engines")


async def test_a_fault_of_the_dashboard_ends_in_a_sentence_and_a_log(engines: Engines) -> None:
    app = None
    with pytest.raises(ZeroDivisionError):
        async with driving(engines) as driver:
            app = driver.app
            driver.cockpit.call_later(lambda: 1 / 0)
            await driver.pilot.pause()
            await driver.pilot.pause()
    assert app is not None
    assert app.failure.startswith("The dashboard stopped: division by zero.")
    assert "Traceback" not in app.failure
    assert "ZeroDivisionError" in (engines.settings.data_dir / "dashboard.log").read_text()


async def test_text_with_markup_in_it_is_only_text(driver: Driver) -> None:
    await driver.types("[red]open[/] the $primary [@click=app.quit]door[/]")
    assert "[@click=app.quit]" in driver.cards()


async def test_the_smallest_terminal_still_draws(engines: Engines) -> None:
    async with driving(engines, (20, 6)) as driver:
        await driver.moves({"Vehicle.Speed": 50})
        assert driver.app.query(Static)
