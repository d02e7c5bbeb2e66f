"""Over several turns: what is left unsaid is taken from before, questions are answered, mistakes taken back."""

from typing import Any

import pytest

from intents.dialogue import Dialogue
from intents.intent import Ask, Intent
from intents.preferences import parse
from intents.router import Router

WINDOW = "Vehicle.Cabin.Door.Row{}.{}Side.Window.Position"
DRIVER, PASSENGER = WINDOW.format(1, "Driver"), WINDOW.format(1, "Passenger")
REAR_LEFT, REAR_RIGHT = WINDOW.format(2, "Driver"), WINDOW.format(2, "Passenger")
SEAT = "Vehicle.Cabin.Seat.Row{}.{}Side.HeatingCooling"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


@pytest.fixture(scope="module")
def router() -> Router:
    return Router.load()


def said(router: Router, text: str, **known: Any) -> tuple[Intent, ...]:
    return router.route(text, Dialogue(**{"zone": "driver", **known}))


def asked(intents: tuple[Intent, ...]) -> dict[str, Any]:
    return {ask.signal: ask.value for intent in intents for ask in intent.asks}


# --- who and where --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "seat"),
    [
        ("driver", (1, "Driver")),
        ("passenger", (1, "Passenger")),
        ("rear_left", (2, "Driver")),
        ("unknown", (1, "Driver")),
    ],
)
def test_my_seat_is_the_seat_that_spoke(router: Router, zone: str, seat: tuple[int, str]) -> None:
    assert list(asked(said(router, "turn on my seat heating", zone=zone))) == [SEAT.format(*seat)]


@pytest.mark.parametrize(
    ("where", "windows"),
    [
        ("the back windows", {REAR_LEFT, REAR_RIGHT}),
        ("the windows on the left", {DRIVER, REAR_LEFT}),
        ("the passenger's window", {PASSENGER}),
        ("the rear right window", {REAR_RIGHT}),
        ("all windows", {DRIVER, PASSENGER, REAR_LEFT, REAR_RIGHT}),
        ("the passenger rear window", {REAR_RIGHT}),
    ],
)
def test_a_place_names_its_windows(router: Router, where: str, windows: set[str]) -> None:
    assert set(asked(said(router, f"close {where}"))) == windows


@pytest.mark.parametrize(("language", "text"), [("en", "close the windows"), ("de", "schließe alle Fenster")])
def test_the_plural_means_all_of_them(language: str, text: str) -> None:
    out = said(Router.load(language), text)
    assert set(asked(out)) == {DRIVER, PASSENGER, REAR_LEFT, REAR_RIGHT}


def test_everyone_is_whoever_sits_in_the_car(router: Router) -> None:
    taken = frozenset({"driver", "rear_right"})
    out = said(router, "turn on the seat heating for everyone please now", occupied=taken)
    assert set(asked(out)) == {SEAT.format(1, "Driver"), SEAT.format(2, "Passenger")}


def test_the_window_to_be_closed_is_the_one_that_is_open(router: Router) -> None:
    values = {DRIVER: 0, PASSENGER: 0, REAR_LEFT: 40, REAR_RIGHT: 0}
    assert asked(said(router, "close the window", values=values)) == {REAR_LEFT: 0}


def test_of_several_open_windows_one_is_asked_for(router: Router) -> None:
    values = {DRIVER: 0, PASSENGER: 30, REAR_LEFT: 40, REAR_RIGHT: 0}
    (intent,) = said(router, "close the window", values=values)
    assert intent.missing == "place" and set(intent.choices) == {"passenger", "rear_left"}


def test_my_window_is_mine_even_where_another_one_is_open(router: Router) -> None:
    values = {DRIVER: 20, PASSENGER: 0, REAR_LEFT: 40, REAR_RIGHT: 0}
    assert asked(said(router, "close my window", values=values)) == {DRIVER: 0}


def test_my_windows_are_all_of_the_cars(router: Router) -> None:
    assert len(asked(said(router, "close my windows"))) == 4


def test_one_door_is_unlocked_where_one_was_named_and_all_are_locked(router: Router) -> None:
    assert len(asked(said(router, "unlock my door"))) == 1
    assert len(asked(said(router, "lock the door"))) == len(asked(said(router, "unlock the car"))) == 4


@pytest.mark.parametrize(
    "text", ["open the front and rear windows halfway", "open the left and the right windows by half"]
)
def test_two_places_of_one_thing_are_both_meant(router: Router, text: str) -> None:
    assert set(asked(said(router, text))) == {DRIVER, PASSENGER, REAR_LEFT, REAR_RIGHT}


# --- several at once ------------------------------------------------------------------------------


def test_up_to_four_requests_in_a_sentence_keep_their_order(router: Router) -> None:
    text = "turn on the AC, close all windows, set the fan to level two and open the trunk"
    names = [intent.name for intent in said(router, text)]
    assert names == ["AirConditioningOn", "WindowClose", "FanSet", "TrunkOpen"]


def test_the_rear_ones_are_windows_too(router: Router) -> None:
    out = asked(said(router, "open the front windows halfway and the rear ones all the way"))
    assert out == {DRIVER: 50, PASSENGER: 50, REAR_LEFT: 100, REAR_RIGHT: 100}


def test_each_side_gets_its_own_number(router: Router) -> None:
    out = asked(said(router, "make the driver's side 21 and the passenger side 23"))
    assert out == {TEMPERATURE: 21, TEMPERATURE.replace("Driver", "Passenger"): 23}


def test_a_complaint_names_what_the_next_words_are_about(router: Router) -> None:
    assert asked(said(router, "my seat's cold, warm it up")) == {SEAT.format(1, "Driver"): 67}


def test_two_things_share_one_verb(router: Router) -> None:
    out = said(router, "turn on the fog lights and the hazard lights")
    assert [intent.name for intent in out] == ["FogLightOn", "HazardOn"]


# --- over turns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("and the passenger too", {PASSENGER: 50}),
        ("the other one", {PASSENGER: 50}),
        ("close it", {DRIVER: 0}),
        ("what about the back", {REAR_LEFT: 50, REAR_RIGHT: 50}),
        ("let's go with 30 percent for all of them", {DRIVER: 30, PASSENGER: 30, REAR_LEFT: 30, REAR_RIGHT: 30}),
    ],
)
def test_what_is_left_out_is_that_of_the_last_request(router: Router, text: str, windows: dict[str, int]) -> None:
    last = said(router, "open my window halfway")
    assert asked(said(router, text, last=last)) == windows


def test_a_bit_more_goes_on_in_the_same_direction(router: Router) -> None:
    colder = said(router, "make it colder")
    (intent,) = said(router, "a bit more", last=colder)
    assert intent.asks == (Ask(TEMPERATURE, "by", -0.5, "celsius"),)


def test_once_more_is_the_same_step_again(router: Router) -> None:
    colder = said(router, "lower the temperature by two")
    for text, step in (("again", -2.0), ("another three", -3.0)):
        (intent,) = said(router, text, last=colder)
        assert intent.asks == (Ask(TEMPERATURE, "by", step, "celsius"),)


def test_and_another_thing_gets_what_the_last_one_got(router: Router) -> None:
    last = said(router, "open the sunroof halfway")
    assert asked(said(router, "and the shade", last=last)) == {"Vehicle.Cabin.Sunroof.Shade.Position": 50}


def test_only_another_choice_is_one_of_the_thing_set_last(router: Router) -> None:
    last = said(router, "switch to sport mode")
    out = said(router, "no, eco", last=last)
    assert asked(out) == {"Vehicle.Powertrain.Transmission.PerformanceMode": "ECONOMY"}


@pytest.mark.parametrize(
    ("first", "then", "signal"),
    [
        ("unlock the trunk", "and open it", "Vehicle.Body.Trunk.Rear.IsOpen"),
        ("next song", "turn it off", "Vehicle.Cabin.Infotainment.Media.Action"),
        ("play some music", "turn it up", "Vehicle.Cabin.Infotainment.Media.Volume"),
    ],
)
def test_it_is_what_was_spoken_of_last(router: Router, first: str, then: str, signal: str) -> None:
    assert list(asked(said(router, then, last=said(router, first)))) == [signal]


def test_no_the_other_takes_back_and_does_it_right(router: Router) -> None:
    last = said(router, "open my window halfway")
    undo, again = said(router, "no, the passenger's", last=last)
    assert undo.name == "Undo" and asked((again,)) == {PASSENGER: 50}


def test_what_was_taken_back_in_the_same_breath_is_left_alone(router: Router) -> None:
    last = said(router, "open the rear windows halfway")
    assert asked(said(router, "not the rear one, the front", last=last)) == {DRIVER: 50, PASSENGER: 50}


@pytest.mark.parametrize("text", ["halfway", "half please", "50%", "yeah, halfway sounds good, like 50% please"])
def test_an_answer_completes_what_was_asked_about(router: Router, text: str) -> None:
    (pending,) = said(router, "open my window")
    assert pending.missing == "position"
    assert asked(said(router, text, pending=pending)) == {DRIVER: 50}


def test_a_new_request_leaves_the_open_question(router: Router) -> None:
    (pending,) = said(router, "open my window")
    assert [intent.name for intent in said(router, "turn on the radio", pending=pending)] == ["MediaPlay"]


def test_front_or_rear_is_asked_and_answered(router: Router) -> None:
    (pending,) = said(router, "turn on the defrost")
    assert pending.missing == "place" and pending.choices == ("front", "rear")
    answer = said(router, "just the front window, please", pending=pending)
    assert asked(answer) == {"Vehicle.Cabin.HVAC.IsFrontDefrosterActive": True}


# --- comfort --------------------------------------------------------------------------------------


def test_a_complaint_proposes_and_a_yes_carries_it_out(router: Router) -> None:
    (proposal,) = said(router, "I'm freezing")
    assert (proposal.kind, proposal.missing) == ("dialogue", "confirmation") and proposal.asks
    (done,) = said(router, "yes please", pending=proposal)
    assert done.kind == "command" and done.missing is None and done.asks == proposal.asks


def test_too_warm_with_the_seat_heating_on_is_about_the_seat_heating(router: Router) -> None:
    values = {SEAT.format(1, "Driver"): 67, SEAT.format(1, "Passenger"): 100}
    (proposal,) = said(router, "I'm too warm", values=values)
    assert asked((proposal,)) == {SEAT.format(1, "Driver"): 33, SEAT.format(1, "Passenger"): 33}


def test_a_complaint_beside_a_request_fills_what_it_left_open(router: Router) -> None:
    out = said(router, "The windscreen is fogging up. Can you turn on the defrost?")
    assert asked(out) == {"Vehicle.Cabin.HVAC.IsFrontDefrosterActive": True}


# --- conditions and likenesses --------------------------------------------------------------------


@pytest.mark.parametrize(("outside", "names"), [(28.0, ["TrunkOpen"]), (12.0, ["OutsideTemperatureStatus"])])
def test_a_condition_is_weighed_against_the_car(router: Router, outside: float, names: list[str]) -> None:
    values = {"Vehicle.Exterior.AirTemperature": outside, "Vehicle.Body.Trunk.Rear.IsOpen": False}
    out = said(router, "open the trunk if the outside temperature is more than 20 degrees", values=values)
    assert [intent.name for intent in out] == names


def test_one_thing_is_set_like_another(router: Router) -> None:
    values = {"Vehicle.Cabin.Sunroof.Position": 60, "Vehicle.Cabin.Sunroof.Shade.Position": 100}
    out = said(router, "adjust the sunshade to match the sunroof", values=values)
    assert asked(out) == {"Vehicle.Cabin.Sunroof.Shade.Position": 60}


# --- preferences ----------------------------------------------------------------------------------


def test_a_preference_fills_what_was_left_open(router: Router) -> None:
    liked = parse("opens the sunroof to 40 percent by default")
    assert asked(said(router, "open the sunroof", preferences=liked)) == {"Vehicle.Cabin.Sunroof.Position": 40}


def test_a_preference_never_overrides_what_was_said(router: Router) -> None:
    liked = parse("opens the sunroof to 40 percent by default")
    assert asked(said(router, "open the sunroof all the way", preferences=liked)) == {
        "Vehicle.Cabin.Sunroof.Position": 100
    }


def test_a_preference_with_a_condition_holds_only_then(router: Router) -> None:
    liked = parse("prefers air circulation on auto, when air conditioning is on, then prefers fresh air")
    path = "Vehicle.Cabin.HVAC.AirCirculation"
    alone = said(router, "set the air circulation to my preferred mode", preferences=liked)
    with_ac = said(router, "turn on the AC and set the air circulation to my preferred mode", preferences=liked)
    assert asked(alone)[path] == "AUTO" and asked(with_ac)[path] == "FRESH_AIR"
