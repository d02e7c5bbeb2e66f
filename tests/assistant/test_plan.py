"""From what was meant to absolute commands in the catalogue's units and bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.plan import PlanError, plan
from intents.intent import Ask, Intent
from policies.catalogue import Catalogue
from policies.command import Command, Value
from policies.state import Reading, VehicleState

CATALOGUE = Catalogue.load()
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
DOME = "Vehicle.Cabin.Light.IsDomeOn"


def planned(*asks: Ask, **now: Value) -> tuple[Command, ...]:
    state = {TEMPERATURE: 21.0, WINDOW: 40, DOME: False} | {key.replace("_", "."): v for key, v in now.items()}
    readings = {path: Reading(value, 0.0) for path, value in state.items()}
    return plan(Intent("x", "command", "x", asks=asks), VehicleState(readings), CATALOGUE)


@pytest.mark.parametrize(
    ("ask", "value"),
    [
        (Ask(TEMPERATURE, "set", 22), 22.0),
        (Ask(TEMPERATURE, "set", 72, "fahrenheit"), 22.0),
        (Ask(TEMPERATURE, "by", 2, "celsius"), 23.0),
        (Ask(TEMPERATURE, "by", -2, "fahrenheit"), 20.0),
        (Ask(TEMPERATURE, "by", 50), 28.0),
        (Ask(TEMPERATURE, "most"), 28.0),
        (Ask(TEMPERATURE, "least"), 16.0),
        (Ask(WINDOW, "scale", 0.5), 20),
        (Ask(WINDOW, "set", 33.4, "percent"), 33),
        (Ask(DOME, "toggle"), True),
    ],
)
def test_every_way_of_asking_becomes_an_absolute_value(ask: Ask, value: Value) -> None:
    assert planned(ask) == (Command(ask.signal, value),)


@pytest.mark.parametrize(
    ("ask", "key"),
    [
        (Ask(TEMPERATURE, "set", 45), "out_of_range"),
        (Ask(TEMPERATURE, "set", float("inf")), "out_of_range"),
        (Ask(TEMPERATURE, "set", float("nan")), "out_of_range"),
        (Ask(TEMPERATURE, "set", 20, "bar"), "out_of_range"),
        (Ask(TEMPERATURE, "set"), "out_of_range"),
        (Ask(TEMPERATURE, "toggle"), "out_of_range"),
        (Ask(DOME, "by", 1), "out_of_range"),
        (Ask("Vehicle.Cabin.Flux", "set", 1), "not_equipped"),
        (Ask("Vehicle.Cabin.Sunroof.Position", "set", 1), "not_equipped"),
    ],
)
def test_what_cannot_be_a_command_says_why(ask: Ask, key: str) -> None:
    with pytest.raises(PlanError) as error:
        planned(ask)
    assert error.value.key == key


def test_a_step_beyond_the_end_is_told_as_the_end() -> None:
    readings = VehicleState({TEMPERATURE: Reading(28.0, 0.0)})
    with pytest.raises(PlanError) as error:
        plan(Intent("x", "command", "x", asks=(Ask(TEMPERATURE, "by", 1),)), readings, CATALOGUE)
    assert (error.value.key, error.value.slots["value"]) == ("already", 28.0)


@given(
    st.sampled_from([signal for signal in CATALOGUE.values() if signal.kind == "actuator"]),
    st.sampled_from(["set", "by", "scale", "toggle", "least", "most"]),
    st.one_of(st.floats(), st.integers(), st.booleans(), st.text(max_size=5), st.none()),
    st.sampled_from([None, "celsius", "fahrenheit", "percent", "mph", "bar", "nonsense"]),
    st.one_of(st.floats(0, 100), st.booleans(), st.text(max_size=5)),
)
def test_a_plan_is_within_the_catalogue_or_says_why(signal, how, value, unit, now) -> None:
    state = VehicleState({signal.path: Reading(now, 0.0)})
    try:
        (command,) = plan(Intent("x", "command", "x", asks=(Ask(signal.path, how, value, unit),)), state, CATALOGUE)
    except PlanError:
        return
    assert signal.check(command.value) == command.value
