"""Driver distraction: what the screen hides while the car moves, and gives back when it is parked."""

import pytest
from textual.widgets import Input

from demo.dashboard.widgets.journal_page import JournalPage
from tests.demo.dashboard.conftest import Driver

SPEED = "Vehicle.Speed"


async def test_at_50_the_transcript_is_hidden_and_comes_back_when_parked(driver: Driver) -> None:
    await driver.types("set the temperature to 23 degrees")
    assert "“set the temperature to 23 degrees”" in driver.cards()
    await driver.moves({SPEED: 50})
    assert "set the temperature" not in driver.cards()
    assert "hidden while moving" in driver.cards()
    await driver.moves({SPEED: 0})
    assert "“set the temperature to 23 degrees”" in driver.cards()


async def test_a_long_answer_is_one_line_at_50(driver: Driver) -> None:
    reply = await driver.types("how do I change a wheel")
    await driver.moves({SPEED: 50})
    assert reply.text not in driver.cards()
    assert all(len(line) <= 130 for line in driver.cards().splitlines())
    assert reply.sources[0]["section"] not in driver.cards()


async def test_the_badge_names_what_is_off(driver: Driver) -> None:
    assert "PARKED" in driver.sees("#status")
    await driver.moves({SPEED: 50})
    badge = driver.sees("#status")
    assert "MOVING" in badge
    assert "keyboard" in badge
    assert "voice transcription" in badge


async def test_the_driver_cannot_type_while_moving(driver: Driver) -> None:
    await driver.pilot.press("t")
    line = driver.cockpit.query_one("#say", Input)
    assert line.has_focus
    await driver.moves({SPEED: 50})
    assert line.disabled
    await driver.pilot.press("t", "h", "i")
    assert line.value == ""


async def test_a_passenger_may_type_while_moving(driver: Driver) -> None:
    await driver.moves({SPEED: 50})
    await driver.pilot.press("z")
    await driver.looks()
    reply = await driver.types("open my window halfway")
    assert driver.value("Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position") == 50, reply.text


async def test_a_reply_begun_at_speed_is_short_from_the_first_frame(driver: Driver) -> None:
    await driver.moves({SPEED: 80})
    driver.cockpit.say("open the trunk", "button")
    await driver.until(lambda: driver.ride.exchanges and driver.ride.exchanges[-1].reply)
    await driver.looks()
    assert "✗ refused" in driver.cards()
    assert "open the trunk" not in driver.cards()


async def test_the_manual_shows_a_line_at_speed(driver: Driver) -> None:
    await driver.pilot.press("7")
    await driver.until(lambda: "WARNING" in driver.sees("#manual-text") or len(driver.sees("#manual-text")) > 400)
    await driver.moves({SPEED: 50})
    assert "More when parked." in driver.sees("#manual-text")


async def test_the_journal_is_short_and_unfiltered_at_speed(driver: Driver) -> None:
    await driver.types("set the temperature to 23 degrees")
    await driver.pilot.press("5")
    page = driver.cockpit.query_one(JournalPage)
    await driver.until(lambda: page.query_one("#journal-rows").row_count > 0)
    await driver.moves({SPEED: 140})
    assert page.query_one("#journal-words").disabled
    assert page.query_one("#journal-rows").row_count <= 7


@pytest.mark.parametrize("speed", [20, 140])
async def test_a_card_may_still_be_touched_while_moving(driver: Driver, speed: int) -> None:
    await driver.moves({SPEED: speed})
    driver.cockpit.say("switch to sport mode", "button")
    await driver.until(lambda: driver.ride.exchanges and driver.ride.exchanges[-1].reply)
    reply = driver.ride.exchanges[-1].reply
    assert reply is not None
    await driver.looks()
    assert driver.cockpit.query_one("#challenge").display == (reply.decision == "confirm")
