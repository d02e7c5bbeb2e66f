"""One entry of the rule table: what it takes, what it covers, whom it admits."""

import dataclasses
from typing import Any

import pytest
from pydantic import ValidationError

from policies.catalogue import Catalogue, Signal
from policies.command import Means, Modality, Value, Zone
from policies.motion import Motion
from policies.rule import NEVER, Caution, Condition, Entry, Rate, Rule, RuleError, Span, named
from policies.rules import RuleTable

CATALOGUE = Catalogue.load()
WINDOW = "Vehicle.Cabin.Door.Row2.DriverSide.Window.Position"
PLAIN: dict[str, Any] = {"id": "one", "signals": WINDOW, "class": "comfort", "who": "driver", "motion": "any"}
WHEN = {"signal": "Vehicle.Body.Raindetection.Intensity", "above": 0}
CAUTION: dict[str, Any] = {"id": "two", "signals": WINDOW, "class": "attention", "motion": "any", "when": [WHEN]}
RATE: dict[str, Any] = {"id": "three", "signals": WINDOW, "moves": 1, "within": 0.5}


def rule(**said: object) -> Rule:
    return Rule.model_validate(PLAIN | said)


# --- what an entry takes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"id": "Not An Id"},
        {"id": ".dot"},
        {"signals": []},
        {"to": []},
        {"toward": "sideways"},
        {"class": "harmless"},
        {"who": []},
        {"who": "everybody"},
        {"by": []},
        {"by": ["telepathy"]},
        {"motion": []},
        {"motion": "a"},
        {"motion": "flying"},
        {"confirm": "shout"},
        {"colour": "red"},
        {"to": {"above": 1, "below": 2}},
    ],
    ids=str,
)
def test_a_rule_that_is_misspelt_or_empty_is_rejected(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        rule(**said)


@pytest.mark.parametrize("said", [{"when": []}, {"zones": []}, {"zones": ["roof"]}, {"who": "driver"}], ids=str)
def test_a_caution_that_is_misspelt_or_empty_is_rejected(said: dict[str, object]) -> None:
    assert Caution.model_validate(CAUTION)
    with pytest.raises(ValidationError):
        Caution.model_validate(CAUTION | said)


@pytest.mark.parametrize("said", [{"moves": 0}, {"within": 0}, {"signals": []}], ids=str)
def test_a_rate_that_would_hold_everything_or_nothing_is_rejected(said: dict[str, object]) -> None:
    assert Rate.model_validate(RATE)
    with pytest.raises(ValidationError):
        Rate.model_validate(RATE | said)


@pytest.mark.parametrize(
    "said", [{}, {"is": True, "above": 1}, {"above": 1, "at_most": 2}, {"is": 1, "above": 1, "at_most": 2}], ids=str
)
def test_a_condition_says_exactly_one_thing(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="give one of"):
        Condition.model_validate({"signal": WINDOW} | said)


@pytest.mark.parametrize(("oldest", "good"), [(0, False), (-1, False), (0.5, True), (1, True)])
def test_an_age_limit_is_above_zero(oldest: float, good: bool) -> None:
    said = {"signal": WINDOW, "above": 0, "oldest": oldest}
    if good:
        assert Condition.model_validate(said).oldest == oldest
    else:
        with pytest.raises(ValidationError):
            Condition.model_validate(said)


def test_an_entry_can_be_made_in_code_by_its_fields_and_not_edited() -> None:
    try:
        condition = Condition(signal=WINDOW, equals=True)
    except ValidationError as error:
        pytest.fail(str(error))
    with pytest.raises(ValidationError, match="frozen"):
        condition.equals = False
    with pytest.raises(dataclasses.FrozenInstanceError):
        Entry(CATALOGUE[WINDOW]).rules = ()


# --- motion, means, evidence --------------------------------------------------------------------------------


def test_any_motion_is_all_of_them_and_one_is_one() -> None:
    assert rule(motion="any").motion == frozenset(Motion)
    assert rule(motion="parked").motion == {Motion.PARKED}
    assert rule(motion=["parked", "fast"]).motion == {Motion.PARKED, Motion.FAST}


def test_the_support_desk_may_nothing_unless_a_rule_says_so() -> None:
    assert rule().by == {Means.VOICE, Means.TOUCH, Means.BUTTON, Means.TOOL}
    assert rule(by=["support"]).by == {Means.SUPPORT}


@pytest.mark.parametrize(
    ("cls", "confirm", "evidence"),
    [
        ("comfort", None, 0),
        ("attention", None, 1),
        ("critical", None, 2),
        ("forbidden", None, NEVER),
        ("attention", "touch", 2),
        ("critical", "biometric", 3),
        ("forbidden", "voice", NEVER),
    ],
)
def test_a_class_takes_its_evidence_unless_the_rule_asks_for_more(cls: str, confirm: str | None, evidence: int) -> None:
    assert rule(**{"class": cls, "confirm": confirm}).evidence == evidence


def test_more_than_there_is_is_never() -> None:
    assert NEVER == len(Modality) == 4


def test_a_caution_takes_the_evidence_of_its_class() -> None:
    classes = ("comfort", "attention", "critical", "forbidden")
    assert [Caution.model_validate(CAUTION | {"class": one}).evidence for one in classes] == [0, 1, 2, NEVER]


@pytest.mark.parametrize(
    ("who", "admitted"),
    [
        ("driver", {Zone.DRIVER}),
        ("own", {Zone.REAR_LEFT}),
        ("inside", {Zone.DRIVER, Zone.PASSENGER, Zone.REAR_LEFT, Zone.REAR_RIGHT}),
        (["driver", "own"], {Zone.DRIVER, Zone.REAR_LEFT}),
        (["outside", "unknown"], {Zone.OUTSIDE, Zone.UNKNOWN}),
    ],
)
def test_a_rule_admits_whom_it_names(who: object, admitted: set[Zone]) -> None:
    assert {zone for zone in Zone if rule(who=who).admits(zone, CATALOGUE[WINDOW])} == admitted


# --- what it covers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "value", "covered"),
    [
        ({}, 1, True),
        ({"above": 25}, 25, False),
        ({"above": 25}, 25.1, True),
        ({"at_most": 25}, 24, True),
        ({"at_most": 25}, 25, True),
        ({"at_most": 25}, 26, False),
        ({"above": 0, "at_most": 25}, 0, False),
        ({"above": 0, "at_most": 25}, 10, True),
        ({"above": 0, "at_most": 25}, 30, False),
        ({}, True, False),
        ({}, "1", False),
        ({}, None, False),
    ],
)
def test_a_span_covers_what_is_above_one_bound_and_up_to_the_other(
    said: dict[str, float], value: object, covered: bool
) -> None:
    assert Span.model_validate(said).covers(value) is covered


@pytest.mark.parametrize(
    ("to", "value", "covered"),
    [
        (None, 50, True),
        ([True], True, True),
        ([True], 1, False),
        ([1], True, False),
        ([1], 1, True),
        ([0], False, False),
        (["SPORT", "SNOW"], "SNOW", True),
        (["SPORT"], "SNOW", False),
        ({"above": 25}, 26, True),
        ({"above": 25}, 25, False),
    ],
)
def test_a_rule_covers_the_values_that_it_names(to: object, value: Value, covered: bool) -> None:
    assert rule(to=to).covers(value, "unsafe") is covered


def test_a_rule_covers_its_own_direction() -> None:
    assert rule(toward="safe").covers(1, "safe") and not rule(toward="safe").covers(1, "unsafe")
    assert rule().covers(1, "safe") and rule().covers(1, "unsafe")


@pytest.mark.parametrize(
    ("said", "value", "holds"),
    [
        ({"is": True}, True, True),
        ({"is": True}, False, False),
        ({"is": False}, True, False),
        ({"is": False}, False, True),
        ({"is": 3}, 4, False),
        ({"is": 3}, 2, False),
        ({"above": 0}, 0, False),
        ({"above": 0}, 1, True),
        ({"at_most": 40}, 40, True),
        ({"at_most": 40}, 41, False),
        ({"at_most": 40}, 39, True),
        ({"above": 0}, "wet", False),
        ({"above": 0}, None, True),
        ({"is": False}, None, True),
    ],
)
def test_a_condition_holds_when_it_is_so_or_nobody_knows(said: dict[str, object], value: object, holds: bool) -> None:
    assert Condition.model_validate({"signal": WINDOW} | said).holds(value) is holds


# --- what can be told apart ---------------------------------------------------------------------------------


def values(path: str, *rules: Rule, **edited: object) -> list[Value]:
    signal: Signal = dataclasses.replace(CATALOGUE[path], **edited)
    try:
        return list(dict.fromkeys(value for value, _ in Entry(signal, rules).changes()))
    except Exception as error:
        pytest.fail(f"raised {error!r}")


def test_a_whole_number_is_tried_at_its_ends_its_safe_value_and_both_sides_of_each_bound() -> None:
    found = values(WINDOW, rule(to={"above": 25}))
    assert found == [0, 25, 26, 100]
    assert {type(value) for value in found} == {int}
    assert values(WINDOW, rule(to={"at_most": 60})) == [0, 60, 61, 100]
    assert values(WINDOW, rule(to=[10])) == [0, 10, 11, 100]
    assert values(WINDOW, rule()) == [0, 100]
    assert values(WINDOW, rule(), safe=40) == [0, 40, 100]


def test_a_number_with_a_fraction_is_tried_half_a_step_beyond_a_bound() -> None:
    warmth = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
    found = values(warmth, rule(to={"above": 20}))
    assert found == [16.0, 20.0, 20.5, 28.0]
    assert {type(value) for value in found} == {float}


def test_a_bound_that_cannot_be_asked_for_is_not_tried() -> None:
    assert values(WINDOW, rule(to={"above": -5, "at_most": 200})) == [0, 100]
    assert values(WINDOW, rule(to={"above": 100})) == [0, 100]


def test_a_number_without_ends_is_tried_at_zero_or_at_its_bounds() -> None:
    speed = "Vehicle.Powertrain.CombustionEngine.Speed"
    assert values(speed, rule()) == [0.0]
    assert values(speed, rule(to={"above": -5})) == [-5.0, -4.5]


def test_a_switch_is_tried_on_and_off_and_a_choice_in_every_word() -> None:
    assert values("Vehicle.Body.Trunk.Rear.IsOpen", rule()) == [True, False]
    mode = "Vehicle.Powertrain.Transmission.PerformanceMode"
    assert values(mode, rule(to=["SPORT"])) == ["ECONOMY", "NORMAL", "RAIN", "SNOW", "SPORT"]


def test_a_free_text_is_tried_with_its_example_and_what_rules_name() -> None:
    call = "Vehicle.Cabin.Infotainment.Phone.Call"
    assert values(call, rule(to=["Bob"])) == ["Bob", "Anna"]
    assert values(call, rule()) == ["Anna"]
    assert values(call, rule(), example=None) == [""]


def test_a_direction_that_nobody_knows_is_tried_both_ways() -> None:
    assert list(Entry(CATALOGUE[WINDOW], (rule(),)).changes()) == [(0, "safe"), (100, "safe"), (100, "unsafe")]


# --- patterns -----------------------------------------------------------------------------------------------


def paths(pattern: str) -> set[str]:
    try:
        return {signal.path.removeprefix("Vehicle.Cabin.") for signal in named(pattern, CATALOGUE)}
    except Exception as error:
        pytest.fail(f"raised {error!r}")


def test_a_star_is_one_step_and_names_only_what_can_be_set() -> None:
    assert paths("Vehicle.Cabin.Light.*") == {"Light.IsDomeOn", "Light.IsGloveBoxOn"}
    assert paths("Vehicle.Cabin.Infotainment.Navigation.*") == {
        f"Infotainment.Navigation.{name}" for name in ("Destination", "Mute", "Volume")
    }
    assert paths("Vehicle.Cabin.Infotainment.Navigation.*.*") == {
        f"Infotainment.Navigation.DestinationSet.{name}" for name in ("Latitude", "Longitude")
    }
    assert paths(WINDOW) == {WINDOW.removeprefix("Vehicle.Cabin.")}


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("Vehicle.Nonsense", "neither in VSS"),
        ("Vehicle.Speed", "can only be read: its kind is sensor"),
        ("Vehicle.Powertrain.Type", "can only be read: its kind is attribute"),
        ("Vehicle.*.Nonsense", "no signal that can be set"),
        ("Vehicle.*", "no signal that can be set"),
    ],
)
def test_a_pattern_that_names_nothing_to_set_is_told_so(pattern: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        named(pattern, CATALOGUE)


def test_an_error_about_rules_names_file_line_and_rule() -> None:
    error = RuleError("rules.yaml", 7, "rule 'one'", "is wrong")
    assert str(error) == "rules.yaml:7: rule 'one': is wrong"


# --- the table as a whole -----------------------------------------------------------------------------------


def test_the_shipped_table_is_read_once_and_needs_nothing() -> None:
    try:
        assert RuleTable.load() is RuleTable.load()
    except TypeError as error:
        pytest.fail(str(error))


def test_rules_are_checked_against_the_catalogue_that_is_given() -> None:
    with pytest.raises(RuleError, match="is not in the catalogue"):
        RuleTable.load(catalogue=Catalogue({}))
