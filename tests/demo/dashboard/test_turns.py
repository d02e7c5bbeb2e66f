"""Real turns on the screen: typed, challenged, touched, applied; expired; refused; asked and answered."""

from assistant.bootstrap import Engines
from demo.dashboard.widgets.challenge import Challenge
from tests.demo.dashboard.conftest import Driver, driving

MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


async def test_a_comfort_wish_is_done_and_drawn(driver: Driver) -> None:
    reply = await driver.types("set the temperature to 23 degrees")
    assert reply.decision == "allow"
    assert "23.0°" in driver.sees("#climate")
    assert "✓ allowed" in driver.cards()


async def test_a_sentence_is_typed_letter_by_letter(driver: Driver) -> None:
    keys = ("space" if letter == " " else letter for letter in "play the radio")
    await driver.pilot.press("t", *keys, "enter")
    await driver.until(lambda: driver.ride.exchanges and driver.ride.exchanges[-1].reply)
    assert "“play the radio”" in driver.cards()
    await driver.looks()
    assert "▶" in driver.sees("#comfort")


async def test_a_click_on_yes_confirms_and_the_cluster_shows_it(driver: Driver) -> None:
    await driver.types("switch to sport mode")
    assert driver.cockpit.query_one(Challenge).display
    assert "normal   →   sport" in driver.sees("#challenge-changes")
    assert driver.value(MODE) == "NORMAL"
    await driver.pilot.click("#yes")
    await driver.until(lambda: driver.value(MODE) == "SPORT")
    await driver.looks()
    assert not driver.cockpit.query_one(Challenge).display
    assert "sport" in driver.sees("#speed")


async def test_enter_on_a_fresh_card_means_no(driver: Driver) -> None:
    await driver.types("switch to sport mode")
    await driver.pilot.press("enter")
    await driver.until(lambda: not driver.cockpit.query_one(Challenge).display)
    assert driver.value(MODE) == "NORMAL"


async def test_escape_on_a_card_means_no(driver: Driver) -> None:
    await driver.types("switch to sport mode")
    await driver.pilot.press("escape")
    await driver.until(lambda: not driver.cockpit.query_one(Challenge).display)
    assert driver.value(MODE) == "NORMAL"
    assert "touches the screen: no" in driver.cards()


async def test_y_is_a_touch_and_e_is_an_eye_scan(driver: Driver) -> None:
    await driver.types("switch to sport mode")
    await driver.pilot.press("y")
    await driver.until(lambda: driver.value(MODE) == "SPORT")
    await driver.types("open the trunk")
    await driver.pilot.press("e")
    await driver.until(lambda: driver.value(TRUNK) is True)
    assert "eye is scanned" in driver.cards()
    await driver.looks()
    assert "tailgate open" in driver.sees("#outline")


async def test_a_challenge_runs_out_and_nothing_changes(driver: Driver) -> None:
    await driver.types("switch to sport mode")
    driver.ride.clock.advance(8.1)
    await driver.looks()
    assert not driver.cockpit.query_one(Challenge).display
    await driver.pilot.press("y")
    assert "in time, so nothing was changed" in driver.cards()
    assert driver.value(MODE) == "NORMAL"


async def test_fast_time_does_not_shorten_a_challenge(driver: Driver) -> None:
    driver.ride.clock.set_pace(60)
    await driver.types("switch to sport mode")
    await driver.pilot.pause(0.4)
    assert driver.cockpit.query_one(Challenge).display
    await driver.pilot.click("#yes")
    await driver.until(lambda: driver.value(MODE) == "SPORT")


async def test_what_was_asked_parked_is_refused_when_touched_at_60(driver: Driver) -> None:
    await driver.types("open the trunk")
    await driver.moves({"Vehicle.Speed": 60})
    await driver.pilot.click("#yes")
    await driver.until(lambda: "✗ refused" in driver.cards())
    assert driver.value(TRUNK) is False


async def test_a_window_is_drawn_on_its_way(driver: Driver) -> None:
    await driver.types("open my window halfway")
    assert driver.value(WINDOW) == 50
    openings = driver.cockpit.query_one("#openings")
    seen = set()
    for _ in range(30):
        await driver.looks()
        seen.add(openings.seen[0][0])
        await driver.pilot.pause(0.05)
    assert 50 in seen
    assert any(0 < position < 50 for position in seen)


async def test_an_answer_names_its_section_and_a_click_opens_the_page(driver: Driver) -> None:
    reply = await driver.types("how do I change a wheel")
    section = reply.sources[0]["section"]
    assert section.rpartition(", ")[2] in driver.cards()
    await driver.app.run_action(f"screen.read({section!r})")
    await driver.pilot.pause()
    assert str(reply.sources[0]["page"]) in str(driver.cockpit.query_one("#reader").border_subtitle)
    assert "wheel" in driver.sees("#manual-text").lower()


async def test_a_ready_phrase_is_picked_with_two_keys(driver: Driver) -> None:
    await driver.pilot.press("f")
    await driver.pilot.pause()
    await driver.pilot.press("enter")
    await driver.until(lambda: driver.ride.exchanges and driver.ride.exchanges[-1].reply)
    assert driver.ride.exchanges[-1].heard == "set the temperature to 23 degrees"


async def test_another_seat_speaks(driver: Driver) -> None:
    await driver.pilot.press("z")
    await driver.pilot.pause()
    await driver.types("a bit warmer")
    assert driver.ride.exchanges[-1].zone == "passenger"


async def test_a_turn_works_at_80_by_24(engines: Engines) -> None:
    async with driving(engines, (80, 24)) as driver:
        await driver.types("switch to sport mode")
        assert driver.cockpit.query_one("#yes").region.bottom <= 24
        await driver.pilot.click("#yes")
        await driver.until(lambda: driver.value(MODE) == "SPORT")


async def test_while_the_car_is_shared_its_code_and_the_time_left_stand_at_the_top(driver: Driver) -> None:
    await driver.types("share my car's state with support")
    await driver.pilot.click("#yes")
    await driver.until(lambda: "support desk" in driver.sees("#status"))
    assert driver.ride.rig is not None
    code = driver.ride.rig.cabin.sharing.code
    assert f"{code[:3]} {code[3:]} 14:" in driver.sees("#status")
    driver.ride.clock.advance(900)
    await driver.ride.keep_up()
    await driver.looks()
    assert "support desk" not in driver.sees("#status")
    assert driver.value("Vehicle.Service.IsStateShared") is False
