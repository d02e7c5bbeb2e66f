"""Values in every form that people say: words, digits, halves, shares, units, ends."""

import pytest

from intents.dialogue import Dialogue
from intents.intent import Ask
from intents.router import Router

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
VOLUME = "Vehicle.Cabin.Infotainment.Media.Volume"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"


@pytest.fixture(scope="module")
def router() -> Router:
    return Router.load()


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("set the temperature to twenty-one and a half", Ask(TEMPERATURE, "set", 21.5, "celsius")),
        ("set the temperature to 21.5 degrees", Ask(TEMPERATURE, "set", 21.5, "celsius")),
        ("set the temperature to seventy two Fahrenheit", Ask(TEMPERATURE, "set", 72.0, "fahrenheit")),
        ("set the temperature to 70 degrees", Ask(TEMPERATURE, "set", 70.0, "fahrenheit")),
        ("two degrees cooler", Ask(TEMPERATURE, "by", -2.0, "celsius")),
        ("raise the temperature by three degrees", Ask(TEMPERATURE, "by", 3.0, "celsius")),
        ("turn the temperature up to 24", Ask(TEMPERATURE, "set", 24.0, "celsius")),
        ("set the temperature to the maximum", Ask(TEMPERATURE, "most")),
        ("set the temperature to 99 degrees celsius", Ask(TEMPERATURE, "set", 99.0, "celsius")),
        ("make it 22", Ask(TEMPERATURE, "set", 22.0, "celsius")),
        ("open my window a third", Ask(WINDOW, "set", 33.0, "percent")),
        ("open my window all the way", Ask(WINDOW, "set", 100, "percent")),
        ("open my window 30%", Ask(WINDOW, "set", 30.0, "percent")),
        ("open my window by ten percent", Ask(WINDOW, "by", 10.0, "percent")),
        ("close my window a bit", Ask(WINDOW, "by", -10.0, "percent")),
        ("set the fan to level four", Ask(FAN, "set", 80, "percent")),
        ("fan to maximum", Ask(FAN, "set", 100, "percent")),
        ("set the volume to forty-five percent", Ask(VOLUME, "set", 45.0, None)),
        ("volume up a notch", Ask(VOLUME, "by", 5.0, "percent")),
        ("reduce the volume by half", Ask(VOLUME, "scale", 0.5)),
    ],
)
def test_a_value_is_what_was_said(router: Router, text: str, ask: Ask) -> None:
    (found,) = router.route(text, Dialogue(zone="driver"))[0].asks
    assert (found.signal, found.how, found.value) == (ask.signal, ask.how, ask.value)
    assert ask.unit is None or found.unit == ask.unit


@pytest.mark.parametrize(
    "text", ["set the temperature to minus infinity", "set the temperature to 1e309", "temperature to NaN"]
)
def test_what_is_no_number_sets_nothing(router: Router, text: str) -> None:
    assert not any(intent.asks for intent in router.route(text, Dialogue(zone="driver")))


def test_a_colour_turns_the_light_on_with_it(router: Router) -> None:
    (intent,) = router.route("make the ambient light purple", Dialogue(zone="driver"))
    values = {ask.signal.rpartition(".")[2]: ask.value for ask in intent.asks}
    assert values == {"Color": "#800080", "IsLightOn": True}


def test_air_goes_to_several_places_in_the_order_that_the_car_knows(router: Router) -> None:
    (intent,) = router.route("direct the air to my feet and the windshield", Dialogue(zone="driver"))
    assert intent.asks[0].value == "UP_DOWN"
