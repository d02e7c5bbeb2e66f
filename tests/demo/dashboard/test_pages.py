"""The pages behind the cabin: policy matrix of the moment, journal, manual, palette and help."""

from textual.widgets import DataTable, Input

from demo.dashboard.widgets.help import Help
from tests.demo.dashboard.conftest import Driver


def column(table: "DataTable[object]", number: int) -> list[str]:
    return [str(table.get_row_at(row)[number]) for row in range(table.row_count)]


async def rows_about(driver: Driver, words: str) -> dict[tuple[str, str], str]:
    """What the policy page says each value takes."""
    await driver.pilot.press("6")
    driver.cockpit.query_one("#policy-words", Input).value = words
    await driver.pilot.pause()
    table = driver.cockpit.query_one("#policy-rows", DataTable)
    return {(name, value): takes for name, value, takes in zip(*(column(table, n) for n in range(3)), strict=True)}


async def test_the_policy_of_the_moment_follows_the_car(driver: Driver) -> None:
    parked = await rows_about(driver, "trunk open")
    assert parked["trunk", "open"] in ("touch", "eye scan")
    await driver.moves({"Vehicle.Speed": 80})
    driver.cockpit.policy_at = float("-inf")
    await driver.looks()
    driver.cockpit.query_one("#policy-words", Input).value = ""
    rows = driver.cockpit.ride.view
    assert rows is not None
    from assistant.views import Zone

    assert next(row for row in rows.policy(Zone.DRIVER) if (row.name, row.value) == ("trunk", "open")).needs == "no"


async def test_sport_takes_a_touch_and_a_temperature_nothing(driver: Driver) -> None:
    rows = await rows_about(driver, "drive mode")
    assert rows["drive mode", "sport"] == "touch"
    rows = await rows_about(driver, "driver's temperature")
    assert set(rows.values()) == {"at once"}


async def test_the_journal_shows_the_turn_and_filters(driver: Driver) -> None:
    await driver.types("set the temperature to 24 degrees")
    await driver.pilot.press("5")
    table = driver.cockpit.query_one("#journal-rows", DataTable)
    await driver.until(lambda: table.row_count)
    assert "turn" in column(table, 2)
    driver.cockpit.query_one("#journal-words", Input).value = "temperature to 24"
    await driver.pilot.pause()
    assert set(column(table, 2)) == {"turn"}


async def test_the_manual_is_searched(driver: Driver) -> None:
    await driver.pilot.press("7")
    await driver.until(lambda: driver.cockpit.query_one("#sections").option_count > 100)
    driver.cockpit.query_one("#manual-words", Input).value = "jump start"
    await driver.pilot.pause()
    assert 0 < driver.cockpit.query_one("#sections").option_count < 50


async def test_a_telltale_opens_its_page(driver: Driver) -> None:
    await driver.pilot.click("#telltales", offset=(5, 1))
    await driver.pilot.pause()
    assert "Parking brake applied" in str(driver.cockpit.query_one("#reader").border_title)


async def test_help_opens_and_closes(driver: Driver) -> None:
    await driver.pilot.press("question_mark")
    await driver.pilot.pause()
    assert isinstance(driver.app.screen, Help)
    await driver.pilot.press("escape")
    await driver.pilot.pause()
    assert driver.app.screen is driver.cockpit


async def test_the_palette_finds_a_phrase_and_says_it(driver: Driver) -> None:
    await driver.pilot.press("ctrl+p")
    await driver.pilot.pause()
    await driver.pilot.press(*"radio")
    await driver.pilot.pause(0.5)
    await driver.pilot.press("down", "enter")
    await driver.until(lambda: driver.ride.exchanges and driver.ride.exchanges[-1].reply)
    assert driver.ride.exchanges[-1].heard == "play the radio"


async def test_sensors_are_drawn_over_time(driver: Driver) -> None:
    await driver.pilot.press("4")
    for speed in (10, 40, 80, 30):
        await driver.moves({"Vehicle.Speed": speed})
        driver.ride.clock.advance(1)
        await driver.looks()
    line = next(line for line in driver.sees("#sensors").splitlines() if line.startswith("speed"))
    assert "█" in line and "▁" in line
