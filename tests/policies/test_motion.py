"""How the car moves, as the gate reads it: the exact edges."""

import pytest

from policies.motion import GEAR, PARK_LOCK, PARKING_BRAKE, SPEED, Motion, fresh, motion
from policies.state import Reading, VehicleState


def car(speed: object = 0.0, **more: tuple[object, float]) -> VehicleState:
    """A car seen at the moment 0. Other readings by constant name, each a value and its age (s)."""
    paths = {"lock": PARK_LOCK, "brake": PARKING_BRAKE, "gear": GEAR}
    readings = {paths[name]: Reading(value, -age) for name, (value, age) in more.items()}
    return VehicleState({SPEED: Reading(speed, 0.0), **readings})


@pytest.mark.parametrize(
    ("speed", "expected"),
    [
        (-0.01, Motion.UNKNOWN),
        (0.0, Motion.STANDING),
        (0, Motion.STANDING),
        (0.5, Motion.STANDING),
        (0.51, Motion.CREEPING),
        (10.0, Motion.CREEPING),
        (10.01, Motion.MOVING),
        (130.0, Motion.MOVING),
        (130.01, Motion.FAST),
        (400.0, Motion.FAST),
        (400.01, Motion.UNKNOWN),
        (True, Motion.UNKNOWN),
        (False, Motion.UNKNOWN),
        ("0", Motion.UNKNOWN),
        (float("nan"), Motion.UNKNOWN),
        (float("inf"), Motion.UNKNOWN),
    ],
)
def test_each_speed_has_its_motion(speed: object, expected: Motion) -> None:
    assert motion(car(speed), 0.0) is expected


@pytest.mark.parametrize(
    ("age", "counts"), [(-0.101, False), (-0.1, True), (0.0, True), (0.5, True), (0.501, False), (1.4, False)]
)
def test_a_speed_counts_for_half_a_second(age: float, counts: bool) -> None:
    state = VehicleState({SPEED: Reading(5.0, -age)})
    assert (motion(state, 0.0) is Motion.CREEPING) is counts


@pytest.mark.parametrize(
    ("age", "counts"), [(-0.101, False), (-0.1, True), (0.0, True), (2.0, True), (2.001, False), (2.9, False)]
)
@pytest.mark.parametrize("stale", ["lock", "brake", "gear"])
def test_a_lock_a_brake_and_a_gear_count_for_two_seconds(stale: str, age: float, counts: bool) -> None:
    seen = {"lock": {"lock": (True, age)}}.get(stale) or {"brake": (True, 0.0), "gear": (0, 0.0)}
    if stale != "lock":
        seen[stale] = (seen[stale][0], age)
    assert (motion(car(**seen), 0.0) is Motion.PARKED) is counts


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"lock": (True, 0.0)}, Motion.PARKED),
        ({"lock": (False, 0.0)}, Motion.STANDING),
        ({"lock": (1, 0.0)}, Motion.STANDING),
        ({"brake": (True, 0.0)}, Motion.STANDING),
        ({"gear": (0, 0.0)}, Motion.STANDING),
        ({"brake": (True, 0.0), "gear": (0, 0.0)}, Motion.PARKED),
        ({"brake": (1, 0.0), "gear": (0, 0.0)}, Motion.STANDING),
        ({"brake": (False, 0.0), "gear": (0, 0.0)}, Motion.STANDING),
        ({"brake": (True, 0.0), "gear": (1, 0.0)}, Motion.STANDING),
        ({"brake": (True, 0.0), "gear": (-1, 0.0)}, Motion.STANDING),
        ({"brake": (True, 0.0), "gear": (False, 0.0)}, Motion.STANDING),
    ],
)
def test_parked_takes_a_park_lock_or_the_brake_and_neutral(
    seen: dict[str, tuple[object, float]], expected: Motion
) -> None:
    assert motion(car(**seen), 0.0) is expected


def test_a_car_that_rolls_is_never_parked() -> None:
    assert motion(car(0.51, lock=(True, 0.0), brake=(True, 0.0), gear=(0, 0.0)), 0.0) is Motion.CREEPING


def test_a_car_that_says_nothing_moves_in_an_unknown_way() -> None:
    assert motion(VehicleState(), 0.0) is Motion.UNKNOWN
    assert fresh(VehicleState(), SPEED, 0.0, 1.0) is None


def test_a_reading_at_an_unknown_moment_is_not_fresh() -> None:
    assert fresh(VehicleState({SPEED: Reading(1.0, float("nan"))}), SPEED, 0.0, 1.0) is None
