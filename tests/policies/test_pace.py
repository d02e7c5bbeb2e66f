"""An actuator that has just moved several times: it gets a pause, and only then."""

import pytest

from policies.command import Command
from policies.pace import Pace
from policies.rules import RuleTable
from policies.state import Reading, VehicleState

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"  # 4 times in 5 s
OTHER = "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position"
VOLUME = "Vehicle.Cabin.Infotainment.Media.Volume"
OPEN, SHUT = Command(WINDOW, 50), Command(WINDOW, 0)
CLOSED = VehicleState({WINDOW: Reading(0, 0.0), OTHER: Reading(0, 0.0)})


@pytest.fixture
def pace() -> Pace:
    return Pace(RuleTable.load())


def moved(pace: Pace, *moments: float) -> None:
    for moment in moments:
        pace.note([OPEN], CLOSED, moment)


def test_the_fifth_opening_within_five_seconds_is_held(pace: Pace) -> None:
    moved(pace, 10.0, 11.0, 12.0)
    assert pace.held([OPEN], CLOSED, 13.0) is None
    moved(pace, 13.0)
    held = pace.held([OPEN], CLOSED, 13.0)
    assert held is not None and held[0].id == "rate.windows" and held[1] == OPEN


@pytest.mark.parametrize(("now", "held"), [(10.0, True), (14.99, True), (15.0, False)])
def test_a_move_counts_for_five_seconds(pace: Pace, now: float, held: bool) -> None:
    moved(pace, 10.0, 10.0, 10.0, 10.0)
    assert (pace.held([OPEN], CLOSED, now) is not None) is held


def test_only_the_latest_moves_are_kept(pace: Pace) -> None:
    moved(pace, 1.0, 10.0, 11.0, 12.0, 13.0)
    assert pace.held([OPEN], CLOSED, 14.0) is not None
    assert pace.held([OPEN], CLOSED, 15.0) is None


@pytest.mark.parametrize("now", [9.5, 9.0, 2.0])
def test_a_clock_set_back_does_not_count_moves_to_come(pace: Pace, now: float) -> None:
    moved(pace, 10.0, 10.0, 10.0, 10.0)
    assert pace.held([OPEN], CLOSED, now) is None


def test_the_safe_direction_is_never_held_and_not_counted(pace: Pace) -> None:
    for _ in range(4):
        pace.note([SHUT], CLOSED, 10.0)
    assert pace.held([OPEN], CLOSED, 10.0) is None
    moved(pace, 10.0, 10.0, 10.0, 10.0)
    assert pace.held([SHUT], CLOSED, 10.0) is None


def test_each_actuator_has_its_own_pace_and_most_have_none(pace: Pace) -> None:
    moved(pace, 10.0, 10.0, 10.0, 10.0)
    assert pace.held([Command(OTHER, 50)], CLOSED, 10.0) is None
    held = pace.held([Command(OTHER, 50), OPEN], CLOSED, 10.0)
    assert held is not None and held[1] == OPEN
    for _ in range(50):
        pace.note([Command(VOLUME, 50)], CLOSED, 10.0)
    assert pace.held([Command(VOLUME, 50)], CLOSED, 10.0) is None
