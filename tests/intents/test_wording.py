"""What is said back is short, the same for the same, and names things as people do."""

import pytest

from intents.dialogue import Dialogue
from intents.router import Router
from intents.templates import languages
from intents.things import Things
from intents.wording import Wording

WINDOW = "Vehicle.Cabin.Door.Row{}.{}Side.Window.Position"
WINDOWS = [WINDOW.format(row, side) for row in (1, 2) for side in ("Driver", "Passenger")]


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording.load()


def test_a_state_is_told_in_a_sentence(wording: Wording) -> None:
    assert wording.state(WINDOWS[0], 50) == "The driver's window is half open."


def test_what_is_alike_is_told_together(wording: Wording) -> None:
    assert wording.states(dict.fromkeys(WINDOWS, 0)) == "All windows are closed."


def test_the_odd_one_out_is_told_apart(wording: Wording) -> None:
    told = wording.states({**dict.fromkeys(WINDOWS, 0), WINDOWS[3]: 30})
    assert told == "The rear right window is 30 percent open, the others closed."


def test_a_change_fits_on_a_card(wording: Wording) -> None:
    mode = "Vehicle.Powertrain.Transmission.PerformanceMode"
    assert wording.change(mode, "NORMAL", "SPORT") == "drive mode from Normal to Sport"


def test_the_same_request_sounds_the_same_and_others_may_not(wording: Wording) -> None:
    assert len({wording.say("not_understood", text="x") for _ in range(5)}) == 1
    assert len({wording.say("not_understood", text=str(number)) for number in range(40)}) > 1


def test_every_thing_has_a_name(wording: Wording) -> None:
    things = Things.load()
    for name, members in things.members.items():
        for signal in members.values():
            assert "is " not in wording.name(signal) and len(wording.name(signal)) > 2, name


def test_an_open_slot_is_asked_for_by_name(wording: Wording) -> None:
    (pending,) = Router.load().route("turn on the defrost", Dialogue(zone="driver"))
    told = wording.ask_back(pending)
    assert "front" in told and "rear" in told and told.endswith("?")


def test_replies_are_short_enough_to_be_heard_at_speed(wording: Wording) -> None:
    for key in ("not_understood", "Help", "No", "ask_position", "already", "remembered"):
        assert len(wording.say(key).split()) <= 16, key


@pytest.mark.parametrize("language", [language for language in languages() if language != "en"])
def test_another_language_says_all_that_is_needed(language: str) -> None:
    other, english = Wording.load(language), Wording.load("en")
    needed = [
        "not_understood",
        "not_heard",
        "nothing_to_undo",
        "not_equipped",
        "out_of_range",
        "ask_place",
        "Yes",
        "No",
    ]
    for key in needed:
        assert other.knows(key) and other.say(key) != english.say(key), key
    assert other.state(WINDOWS[0], 50)
