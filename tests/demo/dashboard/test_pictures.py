"""Pictures of the dashboard at three sizes in both looks; `pytest --snapshot-update` takes them anew."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from assistant.bootstrap import Engines
from demo.dashboard.app import Dashboard
from demo.dashboard.ride import Ride
from demo.dashboard.speaker import Speaker
from tests.demo.dashboard.conftest import AHEAD, Driver, no_microphone

SIZES = [(80, 24), (120, 36), (160, 48)]
THEMES = ["dark", "contrast"]


def dashboard(engines: Engines, theme: str) -> Dashboard:
    return Dashboard(Ride(engines.settings, engines=engines, ahead=AHEAD), theme, Speaker(player=()), no_microphone)


async def at_rest(pilot: "Pilot[Any]") -> Driver:
    """Wait until everything is loaded, and stop the time so that a picture is always the same."""
    app = pilot.app
    assert isinstance(app, Dashboard)
    app.animation_level = "none"
    driver = Driver(app, pilot)
    await driver.until(lambda: app.ride.parts and all(part.standing == "ready" for part in app.ride.parts))
    await driver.until(lambda: app.cockpit.moment is not None)
    app.ride.clock.set_pace(0)
    await driver.moves({"Vehicle.Cabin.HVAC.AmbientAirTemperature": 20.0})  # it had begun to drift while loading
    return driver


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_cabin_at_rest(engines: Engines, snap_compare: Any, size: tuple[int, int], theme: str) -> None:
    assert snap_compare(dashboard(engines, theme), terminal_size=size, run_before=at_rest)


@pytest.mark.parametrize("theme", THEMES)
def test_a_challenge_on_the_smallest_screen(engines: Engines, snap_compare: Any, theme: str) -> None:
    async def asked(pilot: "Pilot[Any]") -> None:
        driver = await at_rest(pilot)
        driver.cockpit.aloud = False
        await driver.types("switch to sport mode")

    assert snap_compare(dashboard(engines, theme), terminal_size=(80, 24), run_before=asked)


def test_the_diagnostics_with_a_code(engines: Engines, snap_compare: Any) -> None:
    async def broken(pilot: "Pilot[Any]") -> None:
        driver = await at_rest(pilot)
        await driver.moves({"Vehicle.Diagnostics.DTCList": ["P0A93", "C0020"]})
        await pilot.press("4")
        await driver.until(lambda: "C0020" in driver.sees("#code"))

    assert snap_compare(dashboard(engines, "dark"), terminal_size=(160, 48), run_before=broken)


def test_the_pictures_of_the_readme_are_small_enough() -> None:
    pictures = sorted((Path(__file__).parents[3] / "demo" / "pictures").glob("*.svg"))
    assert {picture.stem for picture in pictures} >= {"cabin", "challenge", "answer"}
    assert all(picture.stat().st_size < 300_000 for picture in pictures)
