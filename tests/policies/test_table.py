"""The matrix folded: as few lines as say it all, in words."""

from itertools import product

import pytest

from policies.catalogue import Catalogue
from policies.command import Means, Modality, Zone
from policies.gate import Gate
from policies.matrix import cases, rows
from policies.motion import Motion
from policies.rule import Class
from policies.rules import RuleTable
from policies.table import Cell, Line, cells, fold, means_said, needs, zones_said

TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
ROOF = "Vehicle.Cabin.Sunroof.Position"
YES, NO = ("allow",) * 4, ("refuse",) * 4
HEARD = tuple(means for means in Means if means is not Means.SUPPORT)


def folded(*paths: str) -> list[Line]:
    gate = Gate(RuleTable.load(), Catalogue.load(), "car")
    return list(fold(cells(rows(gate, cases(gate.rules, signals=paths)), gate.rules)))


def test_a_folded_table_says_the_same_as_its_rows() -> None:
    gate = Gate(RuleTable.load(), Catalogue.load(), "car")
    every = list(cells(rows(gate, cases(gate.rules, signals=[ROOF])), gate.rules))
    unfolded = {}
    for line in fold(every):
        for means, zone, (motion, outcomes) in product(line.means, line.zones, line.outcomes):
            unfolded.setdefault((line.command, means, zone, motion), (outcomes, line.rest))
            if not line.rest:  # `anybody else` gives way to whoever has a line
                unfolded[line.command, means, zone, motion] = (outcomes, False)
    assert len(unfolded) == len(every)
    for cell in every:
        assert unfolded[cell.command, cell.means, cell.zone, cell.motion][0] == cell.outcomes


def test_the_trunk_takes_two_lines_each_way() -> None:
    opened, others, closed, not_closed = folded(TRUNK)
    assert (opened.command, opened.cls, opened.who) == (f"{TRUNK}=true", Class.CRITICAL, "driver by all but support")
    assert [needs(outcomes) for _, outcomes in opened.outcomes] == ["touch", *["no"] * 5]
    assert [motion for motion, _ in opened.outcomes] == list(Motion)
    assert (others.who, others.rest, others.rules) == ("anybody else", True, ("trunk.open",))
    assert (closed.command, closed.cls) == (f"{TRUNK}=false", Class.COMFORT)
    assert closed.who == "driver, passenger by all but support"
    assert not_closed.rest


def test_what_nobody_may_do_is_one_line() -> None:
    (on, off) = folded("Vehicle.ADAS.ABS.IsEnabled")
    assert (on.who, off.who, on.rest) == ("anybody by any means", "anybody by any means", False)


def test_a_command_says_its_direction_and_world_where_they_matter() -> None:
    warmer = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
    assert {line.command for line in folded(warmer)} == {f"{warmer}=16", f"{warmer}=28"}
    assert {line.command.partition("=")[2] for line in folded(ROOF)} == {
        *(f"{value} ({toward}, {world})" for value, toward, world in product(
            (-100, 100), ("safe", "unsafe"), ("calm", "rough", "silent"))),
        *(f"0 ({world})" for world in ("calm", "rough", "silent")),
    }  # fmt: skip
    assert {line.command for line in folded("Vehicle.ADAS.CruiseControl.SpeedSet")} == {
        f"Vehicle.ADAS.CruiseControl.SpeedSet={more}" for more in ("30", "180 (safe)", "180 (unsafe)")
    }


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (YES, "at once"),
        (("confirm", "allow", "allow", "allow"), "voice"),
        (("confirm", "confirm", "allow", "allow"), "touch"),
        (("confirm", "confirm", "confirm", "allow"), "eye scan"),
        (NO, "no"),
        (("allow", "refuse", "allow", "allow"), "none:allow voice:refuse touch:allow biometric:allow"),
    ],
)
def test_a_cell_says_the_least_evidence_that_will_do(outcomes: tuple[str, ...], said: str) -> None:
    assert needs(outcomes) == said
    assert len(outcomes) == len(Modality)


@pytest.mark.parametrize(
    ("zones", "said"),
    [
        (tuple(Zone), "anybody"),
        ((Zone.DRIVER, Zone.REAR_LEFT), "driver, rear_left"),
        ((Zone.DRIVER, Zone.PASSENGER, Zone.REAR_LEFT, Zone.REAR_RIGHT), "every seat"),
        ((Zone.DRIVER, Zone.PASSENGER, Zone.REAR_LEFT, Zone.REAR_RIGHT, Zone.UNKNOWN), "every seat, unknown"),
    ],
)
def test_zones_are_said_the_shortest_way(zones: tuple[Zone, ...], said: str) -> None:
    assert zones_said(zones) == said


def test_means_are_said_the_shortest_way() -> None:
    assert means_said(tuple(Means)) == "any means"
    assert means_said(HEARD) == "all but support"
    assert means_said((Means.VOICE, Means.TOUCH)) == "voice, touch"


def test_askers_who_fit_no_rectangle_get_lines_of_their_own() -> None:
    allowed = {(Means.VOICE, Zone.DRIVER), (Means.TOUCH, Zone.DRIVER), (Means.TOUCH, Zone.PASSENGER)}
    every = [
        Cell("x", None, means, zone, Motion.PARKED, YES if (means, zone) in allowed else NO, ())
        for means, zone in product((Means.VOICE, Means.TOUCH), (Zone.DRIVER, Zone.PASSENGER))
    ]
    lines = list(fold(every))
    assert [line.who for line in lines] == ["driver by voice, touch", "passenger by touch", "anybody else"]
    assert [line.cls for line in lines] == [None, None, None]
