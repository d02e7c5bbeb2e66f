"""Why the gate decides so, and the smallest change that would help."""

import pytest

from policies.catalogue import Catalogue
from policies.command import Command, Means, Modality, Origin, Zone
from policies.decision import Allow, Confirm, Refuse
from policies.explain import Explanation, Reason, explain
from policies.gate import Gate
from policies.matrix import NOW, moving
from policies.motion import Motion
from policies.rule import Class
from policies.rules import RuleTable
from policies.state import VehicleState

TRUNK = Command("Vehicle.Body.Trunk.Rear.IsOpen", True)
SEAT = Command("Vehicle.Cabin.Seat.Row1.PassengerSide.Position", 100)
TOUCHED = (Modality.TOUCH, Modality.BIOMETRIC)


def explained(
    command: Command,
    motion: Motion,
    zone: Zone = Zone.DRIVER,
    means: Means = Means.VOICE,
    sure: Modality = Modality.NONE,
) -> Explanation:
    gate = Gate(RuleTable.load(), Catalogue.load(), "car")
    return explain(gate, [command], Origin(means, zone), VehicleState(moving(motion)), NOW, sure)


def test_what_is_done_or_asked_back_needs_no_help() -> None:
    asked = explained(TRUNK, Motion.PARKED)
    assert isinstance(asked.decision, Confirm) and asked.decision.by == TOUCHED and asked.helps == ()
    done = explained(TRUNK, Motion.PARKED, sure=Modality.TOUCH)
    assert isinstance(done.decision, Allow) and done.helps == ()
    because = "The trunk can hit somebody, and an open one hides the road behind you."
    assert asked.reasons == done.reasons == (Reason("trunk.open", Class.CRITICAL, because),)


@pytest.mark.parametrize("motion", [one for one in Motion if one is not Motion.PARKED])
def test_a_trunk_asked_for_on_the_road_is_opened_when_parked(motion: Motion) -> None:
    found = explained(TRUNK, motion)
    assert found.motion is motion
    (helps,) = found.helps
    assert (helps.motions, helps.origin, helps.by) == ((Motion.PARKED,), Origin(Means.VOICE, Zone.DRIVER), TOUCHED)


def test_only_what_must_change_is_changed() -> None:
    (helps,) = explained(TRUNK, Motion.PARKED, Zone.REAR_LEFT, Means.TOUCH).helps
    assert (helps.motions, helps.origin) == ((Motion.PARKED,), Origin(Means.TOUCH, Zone.DRIVER))
    several = explained(TRUNK, Motion.PARKED, means=Means.SUPPORT).helps
    assert {one.origin for one in several} == {
        Origin(means, Zone.DRIVER) for means in Means if means is not Means.SUPPORT
    }


def test_all_motions_that_would_do_are_told_together() -> None:
    (helps,) = explained(SEAT, Motion.FAST, Zone.PASSENGER).helps
    assert helps.motions == (Motion.PARKED, Motion.STANDING, Motion.CREEPING, Motion.MOVING)
    assert (helps.origin, helps.by) == (Origin(Means.VOICE, Zone.PASSENGER), ())


@pytest.mark.parametrize("motion", [Motion.PARKED, Motion.CREEPING, Motion.MOVING])
def test_where_the_seat_alone_is_wrong_the_car_need_not_stop(motion: Motion) -> None:
    helps = explained(SEAT, motion, Zone.REAR_LEFT).helps
    assert {one.origin.zone for one in helps} == {Zone.DRIVER, Zone.PASSENGER}
    assert {one.motions for one in helps} == {(motion,)}


def test_somebody_in_the_wrong_seat_at_the_wrong_speed_is_told_both() -> None:
    (helps,) = explained(TRUNK, Motion.FAST, Zone.REAR_LEFT).helps
    assert (helps.motions, helps.origin) == ((Motion.PARKED,), Origin(Means.VOICE, Zone.DRIVER))


def test_nothing_helps_what_no_assistant_may_do() -> None:
    found = explained(Command("Vehicle.ADAS.ABS.IsEnabled", False), Motion.PARKED)
    assert isinstance(found.decision, Refuse) and found.helps == ()
    assert found.reasons[0].cls is Class.FORBIDDEN


def test_a_coupling_and_the_gates_own_rules_are_named_without_a_class() -> None:
    roof = explained(Command("Vehicle.Cabin.Sunroof.Position", 50), Motion.PARKED, sure=Modality.VOICE)
    assert Reason("sunroof.shade", None, "") in roof.reasons
    assert explained(Command("Vehicle.Nonsense", 1), Motion.PARKED).reasons == (Reason("gate.unlisted", None, ""),)
