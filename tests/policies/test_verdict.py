"""What the rules say about one change, where a rule and its cautions meet."""

import dataclasses

import pytest

from policies.catalogue import Catalogue
from policies.command import Means, Origin, Value, Zone
from policies.motion import Motion
from policies.rule import NEVER, Caution, Entry, Rule
from policies.rules import RuleTable
from policies.verdict import Verdict, judge

DRIVER = Origin(Means.VOICE, Zone.DRIVER)
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
ALWAYS = {"signal": TRUNK, "is": True}


def nothing_known(path: str, oldest: float | None) -> Value | None:
    return None


def entry(rule: str, *cautions: str) -> Entry:
    """The trunk with one rule and cautions of these classes, which always hold."""
    plain = {"signals": TRUNK, "motion": "any"}
    return Entry(
        Catalogue.load()[TRUNK],
        (Rule.model_validate(plain | {"id": "rule", "class": rule, "who": "driver", "because": "The rule."}),),
        tuple(
            Caution.model_validate(plain | {"id": f"caution_{at}", "class": one, "when": [ALWAYS], "because": one})
            for at, one in enumerate(cautions)
        ),
    )


@pytest.mark.parametrize(
    ("rule", "cautions", "needed", "because"),
    [
        ("comfort", (), 0, "The rule."),
        ("comfort", ("attention",), 1, "attention"),
        ("attention", ("attention",), 1, "The rule."),
        ("critical", ("attention",), 2, "The rule."),
        ("critical", ("comfort",), 2, "The rule."),
        ("comfort", ("attention", "critical"), 2, "critical"),
        ("comfort", ("critical", "attention"), 2, "critical"),
        ("attention", ("forbidden", "comfort"), NEVER, "forbidden"),
    ],
)
def test_the_strictest_decides_and_says_why(rule: str, cautions: tuple[str, ...], needed: int, because: str) -> None:
    verdict = judge(entry(rule, *cautions), True, DRIVER, Motion.PARKED, None, nothing_known)
    assert (verdict.needed, verdict.because) == (needed, because)
    assert verdict.rules == ("rule", *(f"caution_{at}" for at in range(len(cautions))))


def test_where_no_rule_speaks_about_this_motion_the_first_of_the_others_says_why() -> None:
    slippery = RuleTable.load()[MODE]
    verdict = judge(slippery, "SNOW", DRIVER, Motion.UNKNOWN, None, nothing_known)
    assert (verdict.code, verdict.needed) == ("state", NEVER)
    assert verdict.rules == ("mode.slippery", "mode.slippery.moving")
    assert verdict.because == "This mode changes how the car pulls and brakes."


def test_a_refusal_names_the_fastest_motion_in_which_to_ask_again() -> None:
    table = RuleTable.load()
    trunk = judge(table[TRUNK], True, DRIVER, Motion.MOVING, False, nothing_known)
    assert (trunk.code, trunk.when) == ("motion", Motion.PARKED)
    passenger = Origin(Means.VOICE, Zone.PASSENGER)
    roof = judge(table["Vehicle.Cabin.Sunroof.Position"], 50, passenger, Motion.FAST, 0, nothing_known)
    assert (roof.code, roof.when) == ("zone", None)


def test_the_stricter_direction_decides_where_a_window_stands_nobody_knows() -> None:
    window = RuleTable.load()[WINDOW]
    rear = Origin(Means.VOICE, Zone.REAR_LEFT)
    assert judge(window, 50, rear, Motion.PARKED, 100, nothing_known).needed == 0
    assert judge(window, 50, rear, Motion.PARKED, None, nothing_known).code == "zone"


def test_a_verdict_cannot_be_edited() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Verdict(0, ()).needed = NEVER
