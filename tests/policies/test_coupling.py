"""One coupling at a time: when it fires, what it then needs, and what contradicts it."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import ValidationError

from policies.catalogue import Catalogue
from policies.command import Command, Value
from policies.couplings import Brought, Contradiction, Couplings, Trigger, complete
from policies.rule import RuleError
from policies.state import Reading, VehicleState

T = TypeVar("T")

CATALOGUE = Catalogue.load()
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
AIR = "Vehicle.Cabin.HVAC.Station.Row1.Driver.AirDistribution"
ROOF = "Vehicle.Cabin.Sunroof.Position"
COLD = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def total(call: Callable[[], T]) -> T:
    """What ``call`` returns. Only our own errors may come out of it."""
    try:
        return call()
    except RuleError:
        raise
    except Exception as error:
        pytest.fail(f"raised {error!r}")


@pytest.mark.parametrize(
    ("said", "value", "fires"),
    [
        ({"is": True}, True, True),
        ({"is": True}, False, False),
        ({"is": False}, True, False),
        ({"is": 5}, 6, False),
        ({"is": 5}, 4, False),
        ({"not": 0}, 0, False),
        ({"not": 0}, 10, True),
        ({"not": 0}, -10, True),
    ],
)
def test_a_coupling_fires_for_its_value_or_away_from_it(said: dict[str, Value], value: Value, fires: bool) -> None:
    assert Trigger.model_validate({"signal": ROOF} | said).fires(value) is fires


@pytest.mark.parametrize("said", [{}, {"is": 1, "not": 2}])
def test_a_trigger_says_exactly_one_thing(said: dict[str, Value]) -> None:
    with pytest.raises(ValidationError, match="give one of: is, not"):
        Trigger.model_validate({"signal": ROOF} | said)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"set": 1, "at_least": 2},
        {"at_least": 2, "including": "UP"},
        {"set": 1, "at_least": 2, "including": "UP"},
        {"at_least": 2, "if_above": 1},
        {"including": "UP", "if_above": 1},
    ],
    ids=str,
)
def test_what_is_brought_says_exactly_one_thing(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"give one of|if_above goes with set"):
        Brought.model_validate({"signals": FAN} | said)


@pytest.mark.parametrize(
    ("path", "said", "value", "needed"),
    [
        (ROOF, {"set": 0}, 0, None),
        (ROOF, {"set": 0}, 50, 0),
        (ROOF, {"set": 0}, -10, 0),
        (ROOF, {"set": 0}, None, 0),
        (WINDOW, {"set": 0, "if_above": 20}, 20, None),
        (WINDOW, {"set": 0, "if_above": 20}, 19, None),
        (WINDOW, {"set": 0, "if_above": 20}, 21, 0),
        (WINDOW, {"set": 0, "if_above": 20}, None, 0),
        (COLD, {"set": True}, True, None),
        (COLD, {"set": True}, False, True),
        (FAN, {"at_least": 40}, 39, 40),
        (FAN, {"at_least": 40}, 40, None),
        (FAN, {"at_least": 40}, 41, None),
        (FAN, {"at_least": 40}, None, 40),
        (FAN, {"at_least": 1}, True, 1),
        (AIR, {"including": "UP"}, "UP", None),
        (AIR, {"including": "UP"}, "UP_DOWN", None),
        (AIR, {"including": "UP"}, "MIDDLE", "UP_MIDDLE"),
        (AIR, {"including": "UP"}, "MIDDLE_DOWN", "UP_MIDDLE_DOWN"),
        (AIR, {"including": "UP"}, None, "UP"),
        (FAN, {"at_least": 40}, False, 40),
        (FAN, {"at_least": 40}, "much", 40),
    ],
)
def test_what_must_change_is_said_and_nothing_else(
    path: str, said: dict[str, Value], value: Value | None, needed: Value | None
) -> None:
    assert total(lambda: Brought.model_validate({"signals": path} | said).needed(value, CATALOGUE[path])) == needed


def test_air_is_sent_nowhere_that_nobody_asked_for() -> None:
    air = dataclasses.replace(CATALOGUE[AIR], allowed=("UP_MIDDLE_DOWN", "UP_MIDDLE", "MIDDLE", "UP"))
    up = Brought.model_validate({"signals": AIR, "including": "UP"})
    assert up.needed("MIDDLE", air) == "UP_MIDDLE"
    assert up.needed(None, air) == "UP"


def test_a_vent_that_cannot_do_both_does_what_is_needed() -> None:
    vent = dataclasses.replace(CATALOGUE[AIR], allowed=("UP", "MIDDLE"))
    assert Brought.model_validate({"signals": AIR, "including": "UP"}).needed("MIDDLE", vent) == "UP"


@pytest.mark.parametrize(("first", "second"), [(20, 50), (50, 20)])
def test_two_values_for_one_thing_contradict_in_either_order(first: int, second: int) -> None:
    with pytest.raises(Contradiction) as told:
        complete([Command(FAN, first), Command(FAN, second)], VehicleState())
    assert told.value.rule == "gate.contradiction"
    assert complete([Command(FAN, first), Command(FAN, first)], VehicleState()) == (Command(FAN, first),)


def test_the_windows_stay_as_asked_but_the_fan_must_run() -> None:
    shut = VehicleState({path: Reading(0, 0.0) for path in CATALOGUE if path.endswith("Window.Position")})
    wide = complete([Command(COLD, True), Command(WINDOW, 100)], shut)
    assert wide == (Command(COLD, True), Command(WINDOW, 100), Command(FAN, 20))
    with pytest.raises(Contradiction) as told:
        complete([Command(COLD, True), Command(FAN, 10)], shut)
    assert told.value.rule == "air_conditioning.fan"


def test_couplings_are_checked_against_the_catalogue_that_is_given() -> None:
    with pytest.raises(RuleError, match="neither in VSS"):
        total(lambda: Couplings.load(catalogue=Catalogue({})))


@pytest.mark.parametrize(
    ("when", "brings", "told"),
    [
        (f"{{signal: {COLD}, is: 3}}", f"{{signals: {FAN}, set: 20}}", "takes true or false"),
        ("{signal: Vehicle.Speed, is: 3}", f"{{signals: {FAN}, set: 20}}", "can only be read"),
        (f"{{signal: {COLD}, is: true}}", f"{{signals: {FAN}, set: 101}}", "takes whole numbers"),
        (f"{{signal: {COLD}, is: true}}", "{signals: Vehicle.Speed, set: 1}", "can only be read"),
    ],
)
def test_a_coupling_that_cannot_be_is_an_error_with_its_line(tmp_path: Path, when: str, brings: str, told: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        f"version: 1\ncouplings:\n  - id: one\n    when: {when}\n    brings: {brings}\n    because: So.\n", "utf-8"
    )
    with pytest.raises(RuleError, match=told) as error:
        total(lambda: Couplings.load(file))
    assert error.value.line in (4, 5)
    assert error.value.what.startswith("rule 'one'")


def test_the_shipped_couplings_are_read_once_and_need_nothing() -> None:
    assert total(Couplings.load) is total(Couplings.load)


def test_couplings_of_ones_own_are_read_from_their_file(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("version: 1\ncouplings: []\n", encoding="utf-8")
    own = total(lambda: Couplings.load(tmp_path / "own.yaml"))
    assert own.complete([Command(COLD, True)], VehicleState()) == (Command(COLD, True),)
    assert list(own.of([Command(COLD, True)])) == []
