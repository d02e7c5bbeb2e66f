"""What the gate sees of the car."""

from policies.state import Reading, VehicleState


def test_a_reading_ages_and_one_that_never_came_is_infinitely_old() -> None:
    state = VehicleState({"Vehicle.Speed": Reading(50.0, 10.0)})
    assert state.get("Vehicle.Speed") == 50.0
    assert state.age("Vehicle.Speed", 10.5) == 0.5
    assert state.get("Vehicle.IsMoving") is None
    assert state.age("Vehicle.IsMoving", 10.5) == float("inf")
