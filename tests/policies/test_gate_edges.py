"""The gate at its edges: the last moment, the id next door, the reading that cannot be, a fault inside."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from policies import wording
from policies.catalogue import Catalogue
from policies.command import Command, Means, Modality, Origin, Value, Zone
from policies.decision import Allow, Challenge, Confirm, Decision, Refuse
from policies.gate import Gate
from policies.matrix import NOW, moving
from policies.motion import Motion
from policies.permit import Signer
from policies.rules import RuleTable
from policies.state import Reading, VehicleState
from policies.wording import Wording

T = TypeVar("T")

DRIVER = Origin(Means.VOICE, Zone.DRIVER)
SPORT = Command("Vehicle.Powertrain.Transmission.PerformanceMode", "SPORT")
HIGH_BEAMS = Command("Vehicle.Body.Lights.Beam.High.IsOn", True)
ABS_OFF = Command("Vehicle.ADAS.ABS.IsEnabled", False)
UNLOCK = Command("Vehicle.Cabin.Door.Row1.DriverSide.IsLocked", False)
WARMER = Command("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 22.0)
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
COLD = "Vehicle.Cabin.HVAC.IsAirConditioningActive"


class Broken(Signer):
    """A signer whose key store has failed."""

    def sign(self, *_: object) -> object:
        raise OSError("the key store is gone")


@pytest.fixture
def gate() -> Gate:
    return Gate(RuleTable.load(), Catalogue.load(), "car", Signer.fresh())


def car(later: float = 0.0, motion: Motion = Motion.PARKED, **readings: Value) -> VehicleState:
    seen = {path: Reading(reading.value, reading.at + later) for path, reading in moving(motion).items()}
    return VehicleState(seen | {path: Reading(value, NOW + later) for path, value in readings.items()})


def asked(gate: Gate, command: Command = SPORT) -> Challenge:
    decision = gate.request([command], DRIVER, car(), NOW)
    assert isinstance(decision, Confirm) and decision.challenge is not None
    return decision.challenge


def total(call: Callable[[], T]) -> T:
    """What ``call`` returns: the gate never raises."""
    try:
        return call()
    except Exception as error:
        pytest.fail(f"raised {error!r}")


def code(decision: Decision) -> str:
    assert isinstance(decision, Refuse), decision
    return decision.code


# --- time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "answered"), [(0.0, True), (7.5, True), (8.0, True), (8.001, False), (8.9, False)])
def test_a_question_can_be_answered_for_eight_seconds(gate: Gate, later: float, answered: bool) -> None:
    challenge = asked(gate)
    decision = gate.answer(challenge.id, Modality.TOUCH, car(later), NOW + later)
    assert isinstance(decision, Allow) is answered
    assert answered or code(decision) == "expired"


def test_a_question_of_the_future_cannot_be_answered(gate: Gate) -> None:
    challenge = asked(gate)
    assert code(gate.answer(challenge.id, Modality.TOUCH, car(-0.5), NOW - 0.5)) == "expired"


# --- ids ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["", "0", "zz"])
def test_another_id_answers_and_withdraws_nothing(gate: Gate, other: str) -> None:
    challenge = asked(gate)
    assert other != challenge.id
    assert code(gate.answer(other, Modality.TOUCH, car(), NOW)) == "unknown_challenge"
    assert code(gate.cancel(other, NOW)) == "unknown_challenge"
    assert gate.pending(NOW) == challenge


def test_where_nothing_is_asked_there_is_nothing_to_answer_or_withdraw(gate: Gate) -> None:
    assert code(total(lambda: gate.answer("0", Modality.TOUCH, car(), NOW))) == "unknown_challenge"
    assert code(total(lambda: gate.cancel("0", NOW))) == "unknown_challenge"


def test_an_id_cannot_be_guessed(gate: Gate) -> None:
    assert len(asked(gate).id) == 16  # 8 random bytes


def test_what_became_of_the_last_64_questions_is_known(gate: Gate) -> None:
    ids = [asked(gate).id for _ in range(66)]  # the last one is pending still
    told = [code(gate.answer(one, Modality.TOUCH, car(), NOW)) for one in ids[:-1]]
    assert told == ["unknown_challenge", *["replaced"] * 64]


# --- evidence and sentences ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sure", [Modality.VOICE, Modality.TOUCH, Modality.BIOMETRIC])
def test_stronger_evidence_than_asked_for_will_do(gate: Gate, sure: Modality) -> None:
    state = car(**{"Vehicle.Body.Lights.Fog.Front.IsOn": False, "Vehicle.Body.Lights.Fog.Rear.IsOn": False})
    assert isinstance(gate.decide([HIGH_BEAMS], DRIVER, state, NOW, sure), Allow)


def test_the_sentence_for_somebody_outside_is_only_for_what_their_place_forbids(gate: Gate) -> None:
    outside = Origin(Means.VOICE, Zone.OUTSIDE)
    support = Origin(Means.SUPPORT, Zone.OUTSIDE)
    says = {
        "zone": gate.decide([UNLOCK], outside, car(), NOW),
        "forbidden": gate.decide([ABS_OFF], outside, car(), NOW),
        "means": gate.decide([UNLOCK], support, car(), NOW),
    }
    assert {name: code(decision) for name, decision in says.items()} == {name: name for name in says}
    assert {name for name, decision in says.items() if "key" in decision.says} == {"zone"}
    inside = gate.decide([UNLOCK], Origin(Means.VOICE, Zone.PASSENGER), car(), NOW)
    assert code(inside) == "zone" and inside.says != says["zone"].says


def test_of_several_things_that_may_not_be_the_first_is_explained(gate: Gate) -> None:
    armed = Command("Vehicle.Body.Immobiliser.IsArmed", False)
    for orders, name, other in (
        ((ABS_OFF, armed), "brakes", "immobiliser"),
        ((armed, ABS_OFF), "immobiliser", "brakes"),
    ):
        decision = gate.decide(orders, DRIVER, car(), NOW)
        assert name in decision.says and other not in decision.says
        assert decision.rules == tuple(f"never.{'brakes' if one is ABS_OFF else 'immobiliser'}" for one in orders)


def test_a_gate_speaks_with_the_wording_that_it_is_given(gate: Gate, tmp_path: Path) -> None:
    text = wording.HERE.read_text(encoding="utf-8")
    (tmp_path / "wording.yaml").write_text(text.replace('allow: "All right."', 'allow: "Aye."'), encoding="utf-8")
    own = Gate(gate.rules, gate.catalogue, "car", wording=Wording.load(tmp_path / "wording.yaml"))
    assert own.decide([WARMER], DRIVER, car(), NOW).says == "Aye."
    assert gate.decide([WARMER], DRIVER, car(), NOW).says == "All right."


# --- readings and faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize("nonsense", [500, -1, "half", True])
def test_a_position_that_cannot_be_counts_as_unknown(gate: Gate, nonsense: Value) -> None:
    order = [Command(WINDOW, 20)]
    unknown = gate.decide(order, DRIVER, car(**{COLD: False}), NOW)
    assert isinstance(unknown, Allow)
    assert gate.decide(order, DRIVER, car(**{COLD: False, WINDOW: nonsense}), NOW) == unknown


def test_a_fault_inside_is_a_refusal_in_words(gate: Gate) -> None:
    for state in (None, VehicleState(None)):
        decision = total(lambda seen=state: gate.decide([SPORT], DRIVER, seen, NOW))
        assert code(decision) == "fault" and decision.says
        assert code(total(lambda seen=state: gate.request([SPORT], DRIVER, seen, NOW))) == "fault"


def test_a_signer_that_fails_moves_nothing_and_the_question_is_spent(gate: Gate) -> None:
    failing = Gate(gate.rules, gate.catalogue, "car", Broken.fresh())
    assert code(total(lambda: failing.request([WARMER], DRIVER, car(), NOW))) == "fault"
    challenge = asked(failing)
    assert code(total(lambda: failing.answer(challenge.id, Modality.TOUCH, car(), NOW))) == "fault"
    assert code(failing.answer(challenge.id, Modality.TOUCH, car(), NOW)) == "spent"


def test_a_fault_while_answering_ends_the_question(gate: Gate) -> None:
    challenge = asked(gate)
    assert code(total(lambda: gate.answer(challenge.id, Modality.TOUCH, car(), "soon"))) == "fault"
    assert gate.pending(NOW) is None


@pytest.mark.parametrize(
    "value",
    [
        SPORT,
        DRIVER,
        Reading(1, 0.0),
        VehicleState(),
        Allow((SPORT,), (), ""),
        Refuse((SPORT,), (), "", "zone"),
        Confirm((SPORT,), (), (), (), ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_asked_and_decided_cannot_be_edited(value: object) -> None:
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)
