"""What somebody in the car notices of the gate: what is done, asked back, refused, and with what words."""

import pytest

from policies.catalogue import Catalogue
from policies.command import Command, Means, Modality, Origin, Value, Zone
from policies.couplings import Couplings
from policies.decision import Allow, Confirm, Decision, Refuse
from policies.gate import GONE, Gate
from policies.matrix import NOW, moving
from policies.motion import Motion
from policies.permit import PermitRefused, Signer, Verifier
from policies.rules import RuleTable
from policies.state import Reading, VehicleState

DRIVER = Origin(Means.VOICE, Zone.DRIVER)
PASSENGER = Origin(Means.VOICE, Zone.PASSENGER)
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
LOCK = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
HIGH = "Vehicle.Body.Lights.Beam.High.IsOn"
FOG = "Vehicle.Body.Lights.Fog.Front.IsOn"
REAR_FOG = "Vehicle.Body.Lights.Fog.Rear.IsOn"
COLD = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
DEFROST = "Vehicle.Cabin.HVAC.IsFrontDefrosterActive"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
WARMTH = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
THEIR_WARMTH = "Vehicle.Cabin.HVAC.Station.Row1.Passenger.Temperature"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
THEIR_WINDOW = "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position"
MIRROR = "Vehicle.Body.Mirrors.DriverSide.IsFolded"


def car(motion: Motion = Motion.PARKED, later: float = 0.0, **readings: Value) -> VehicleState:
    """A car that moves so, with some readings more (underscores for the dots of a path)."""
    seen = {path: Reading(reading.value, reading.at + later) for path, reading in moving(motion).items()}
    return VehicleState(seen | {path: Reading(value, NOW + later) for path, value in readings.items()})


def with_readings(readings: dict[str, Value], motion: Motion = Motion.PARKED) -> VehicleState:
    return car(motion, 0.0, **readings)


@pytest.fixture
def gate() -> Gate:
    return Gate(RuleTable.load(), Catalogue.load(), "car", Signer.fresh())


def ask(gate: Gate, path: str, value: Value, origin: Origin = DRIVER, state: VehicleState | None = None) -> Decision:
    return gate.request([Command(path, value)], origin, car() if state is None else state, NOW)


def challenged(gate: Gate, path: str = MODE, value: Value = "SPORT", origin: Origin = DRIVER) -> str:
    decision = ask(gate, path, value, origin)
    assert isinstance(decision, Confirm)
    assert decision.challenge is not None
    return decision.challenge.id


def code(decision: Decision) -> str:
    assert isinstance(decision, Refuse), decision
    return decision.code


def test_a_comfort_command_is_done_at_once_with_a_permit_for_exactly_that(gate: Gate) -> None:
    decision = ask(gate, WARMTH, 22)
    assert isinstance(decision, Allow)
    assert decision.permit is not None
    assert decision.permit.commands == (Command(WARMTH, 22.0),)
    assert decision.permit.vehicle == "car"
    assert decision.rules == ("climate.temperature",)


def test_without_a_signer_nothing_can_move(gate: Gate) -> None:
    decision = ask(Gate(gate.rules, gate.catalogue, "car"), WARMTH, 22)
    assert isinstance(decision, Allow)
    assert decision.permit is None


def test_sport_asks_for_a_touch_and_shows_from_what_to_what(gate: Gate) -> None:
    decision = ask(gate, MODE, "SPORT", state=with_readings({MODE: "NORMAL"}))
    assert isinstance(decision, Confirm)
    assert decision.by == (Modality.TOUCH, Modality.BIOMETRIC)
    assert decision.challenge is not None
    assert [(one.signal, one.before, one.after) for one in decision.challenge.changes] == [(MODE, "NORMAL", "SPORT")]
    assert decision.says == (
        "Sport mode makes the car answer the accelerator faster. Drive mode: normal to sport. "
        "Please touch Confirm on the screen."
    )
    assert gate.pending(NOW) == decision.challenge


def test_a_touch_does_sport_and_the_vehicle_side_honours_it(gate: Gate) -> None:
    signer = Signer.fresh()
    gate = Gate(gate.rules, gate.catalogue, "car", signer)
    answer = gate.answer(challenged(gate), Modality.TOUCH, car(later=3.0), NOW + 3.0)
    assert isinstance(answer, Allow)
    assert answer.permit is not None
    Verifier(signer.public_key, "car", 0.0).redeem(answer.permit, NOW + 3.1)
    with pytest.raises(PermitRefused):
        Verifier(Signer.fresh().public_key, "car", 0.0).redeem(answer.permit, NOW + 3.1)


@pytest.mark.parametrize("modality", [Modality.VOICE, Modality.NONE])
def test_a_spoken_yes_does_not_do_sport_and_the_touch_still_can(gate: Gate, modality: Modality) -> None:
    asked = challenged(gate)
    refused = gate.answer(asked, modality, car(), NOW)
    assert code(refused) == "wrong_modality"
    assert "touch" in refused.says
    assert isinstance(gate.answer(asked, Modality.TOUCH, car(), NOW), Allow)


def test_the_passengers_touch_does_not_do_sport(gate: Gate) -> None:
    asked = challenged(gate)
    assert code(gate.answer(asked, Modality.TOUCH, car(), NOW, Zone.PASSENGER)) == "wrong_zone"
    assert isinstance(gate.answer(asked, Modality.TOUCH, car(), NOW), Allow)


def test_a_passenger_may_say_yes_to_what_they_asked(gate: Gate) -> None:
    state = with_readings({THEIR_WINDOW: 0, COLD: True})
    decision = ask(gate, THEIR_WINDOW, 80, PASSENGER, state)
    assert isinstance(decision, Confirm)
    assert decision.challenge is not None
    assert code(gate.answer(decision.challenge.id, Modality.VOICE, state, NOW, Zone.REAR_LEFT)) == "wrong_zone"
    assert isinstance(gate.answer(decision.challenge.id, Modality.VOICE, state, NOW, Zone.PASSENGER), Allow)


def test_an_answer_after_eight_seconds_is_too_late(gate: Gate) -> None:
    asked = challenged(gate)
    assert code(gate.answer(asked, Modality.TOUCH, car(later=8.1), NOW + 8.1)) == "expired"
    assert gate.pending(NOW + 8.1) is None


def test_an_answer_counts_once(gate: Gate) -> None:
    asked = challenged(gate)
    assert isinstance(gate.answer(asked, Modality.TOUCH, car(), NOW), Allow)
    assert code(gate.answer(asked, Modality.TOUCH, car(), NOW)) == "spent"


def test_a_new_request_replaces_the_question(gate: Gate) -> None:
    first = challenged(gate)
    second = challenged(gate, TRUNK, True)
    assert code(gate.answer(first, Modality.TOUCH, car(), NOW)) == "replaced"
    assert isinstance(gate.answer(second, Modality.TOUCH, car(), NOW), Allow)


def test_a_refused_shout_from_outside_does_not_take_the_question_away(gate: Gate) -> None:
    asked = challenged(gate)
    assert code(ask(gate, LOCK, False, Origin(Means.VOICE, Zone.OUTSIDE))) == "zone"
    assert isinstance(gate.answer(asked, Modality.TOUCH, car(), NOW), Allow)


def test_a_cancelled_question_cannot_be_answered(gate: Gate) -> None:
    asked = challenged(gate)
    assert gate.cancel(asked, NOW).code == "cancelled"
    assert gate.cancel(asked, NOW).code == "cancelled"
    assert code(gate.answer(asked, Modality.TOUCH, car(), NOW)) == "cancelled"
    assert gate.cancel("nonsense", NOW).code == "unknown_challenge"


def test_what_became_of_each_question_is_handed_out_once(gate: Gate) -> None:
    replaced, spent = challenged(gate), challenged(gate, TRUNK, True)
    gate.answer(spent, Modality.TOUCH, car(), NOW)
    cancelled = challenged(gate)
    gate.cancel(cancelled, NOW)
    expired = challenged(gate)
    assert gate.ended() == ((replaced, "replaced"), (spent, "spent"), (cancelled, "cancelled"))
    assert gate.pending(NOW + 8.1) is None
    assert gate.ended() == ((expired, "expired"),)
    assert gate.ended() == ()


def test_only_so_many_ends_wait_to_be_fetched(gate: Gate) -> None:
    asked = [challenged(gate) for _ in range(GONE + 2)]
    assert [challenge for challenge, _ in gate.ended()] == asked[1:-1]


def test_an_unknown_question_is_unknown(gate: Gate) -> None:
    challenged(gate)
    assert code(gate.answer("nonsense", Modality.TOUCH, car(), NOW)) == "unknown_challenge"


def test_only_so_many_old_questions_are_remembered(gate: Gate) -> None:
    first = challenged(gate)
    for _ in range(GONE + 1):
        challenged(gate)
    assert code(gate.answer(first, Modality.TOUCH, car(), NOW)) == "unknown_challenge"


def test_asked_when_parked_and_touched_while_driving_is_refused(gate: Gate) -> None:
    asked = challenged(gate, TRUNK, True)
    assert code(gate.answer(asked, Modality.TOUCH, car(Motion.MOVING), NOW)) == "motion"
    assert code(gate.answer(asked, Modality.TOUCH, car(), NOW)) == "spent"


def test_a_yes_is_not_enough_any_more_once_a_touch_is_needed(gate: Gate) -> None:
    asked = challenged(gate, MODE, "SNOW")
    assert code(gate.answer(asked, Modality.VOICE, car(Motion.MOVING), NOW)) == "changed"


def test_an_answer_does_nothing_that_was_not_shown(gate: Gate) -> None:
    still = {f"Vehicle.Body.Lights.Beam.{beam}.IsOn": beam == "Low" for beam in ("Low", "High")}
    decision = ask(gate, FOG, True, state=with_readings(dict(still)))
    assert isinstance(decision, Confirm)
    assert decision.challenge is not None
    dark = dict.fromkeys(still, False)
    assert code(gate.answer(decision.challenge.id, Modality.VOICE, with_readings(dict(dark)), NOW)) == "changed"


def test_the_trunk_at_80_is_refused_with_what_would_help(gate: Gate) -> None:
    decision = ask(gate, TRUNK, True, state=car(Motion.MOVING))
    assert code(decision) == "motion"
    assert decision.rules == ("trunk.open",)
    assert decision.says.endswith("Ask me again when the car is parked.")


def test_an_unlock_shouted_from_outside_is_refused(gate: Gate) -> None:
    decision = ask(gate, LOCK, False, Origin(Means.VOICE, Zone.OUTSIDE))
    assert code(decision) == "zone"
    assert "outside" in decision.says


def test_passengers_have_their_own_climate_and_not_the_drivers(gate: Gate) -> None:
    assert isinstance(ask(gate, THEIR_WARMTH, 24, PASSENGER), Allow)
    assert code(ask(gate, WARMTH, 24, PASSENGER)) == "zone"
    assert code(ask(gate, "Vehicle.Cabin.Seat.Row1.DriverSide.Position", 10, PASSENGER, car(Motion.MOVING))) == "zone"


def test_without_a_speed_a_window_stays_and_the_heating_works(gate: Gate) -> None:
    blind = VehicleState({WINDOW: Reading(0, NOW)})
    refused = ask(gate, WINDOW, 20, state=blind)
    assert code(refused) == "state"
    assert "how the car is moving" in refused.says
    assert isinstance(ask(gate, WARMTH, 20, state=blind), Allow)


def test_defrost_brings_fan_air_and_cooling_and_closes_windows(gate: Gate) -> None:
    state = with_readings({FAN: 0, WINDOW: 50, THEIR_WINDOW: 10, COLD: False})
    decision = ask(gate, DEFROST, True, state=state)
    assert isinstance(decision, Allow)
    done = {command.signal: command.value for command in decision.commands}
    assert done[FAN] == 40
    assert done[COLD] is True
    assert done[WINDOW] == 0
    assert THEIR_WINDOW not in done
    assert "defrost.fan" in decision.rules


def test_fan_off_with_defrost_contradicts_itself(gate: Gate) -> None:
    decision = gate.request([Command(FAN, 0), Command(DEFROST, True)], DRIVER, car(), NOW)
    assert code(decision) == "contradiction"
    assert decision.rules == ("defrost.fan",)
    assert "40 percent" in decision.says
    twice = gate.request([Command(FAN, 0), Command(FAN, 20)], DRIVER, car(), NOW)
    assert code(twice) == "contradiction"


def test_high_beams_stay_off_with_fog_lights_on(gate: Gate) -> None:
    lit = with_readings({FOG: True, REAR_FOG: False}, Motion.MOVING)
    refused = ask(gate, HIGH, True, state=lit)
    assert code(refused) == "caution"
    assert refused.says == "High beams stay off while the fog lights are on. Turn the fog lights off first."
    both = [Command(FOG, False), Command(HIGH, True)]
    assert isinstance(gate.request(both, DRIVER, lit, NOW), Confirm)


def test_what_else_will_change_is_said(gate: Gate) -> None:
    one = ask(gate, "Vehicle.Cabin.Sunroof.Position", 50)
    assert "This also changes the sunshade." in one.says
    two = ask(gate, FOG, True)
    assert "This also changes 2 other things" in two.says


@pytest.mark.parametrize(
    ("path", "value", "due"),
    [
        ("Vehicle.Speed", 10, "read_only"),
        ("Vehicle.Nonsense", 10, "unlisted"),
        (WARMTH, 50, "value"),
        ("Vehicle.Powertrain.Transmission.SelectedGear", 1, "forbidden"),
        ("Vehicle.ADAS.ABS.IsEnabled", False, "forbidden"),
    ],
)
def test_what_is_not_to_be_asked_is_refused_with_its_reason(gate: Gate, path: str, value: Value, due: str) -> None:
    refused = ask(gate, path, value)
    assert code(refused) == due
    assert refused.says.endswith((".", "!"))
    assert refused.rules


def test_the_support_desk_moves_nothing(gate: Gate) -> None:
    assert code(ask(gate, WARMTH, 20, Origin(Means.SUPPORT, Zone.DRIVER))) == "means"


def test_asking_for_nothing_is_refused(gate: Gate) -> None:
    assert code(gate.request([], DRIVER, car(), NOW)) == "nothing"


def test_a_mirror_sent_back_and_forth_is_asked_to_wait_and_soon_moves_again(gate: Gate) -> None:
    def fold(at: float) -> Decision:
        return gate.request([Command(MIRROR, True)], DRIVER, car(later=at), NOW + at)

    assert [type(fold(step / 10)) for step in range(4)] == [Allow] * 4
    held = fold(0.5)
    assert code(held) == "rate"
    assert held.rules == ("rate.mirrors",)
    assert "driver's mirror" in held.says
    assert isinstance(gate.request([Command(MIRROR, False)], DRIVER, car(later=0.6), NOW + 0.6), Allow)
    assert isinstance(fold(9.0), Allow)


def test_an_answer_waits_for_the_actuator_too(gate: Gate) -> None:
    for step in range(3):
        asked = challenged(gate, TRUNK, True)
        assert isinstance(gate.answer(asked, Modality.TOUCH, car(), NOW), Allow), step
    assert code(ask(gate, TRUNK, True)) == "rate"


def test_ordinary_corrections_are_never_held(gate: Gate) -> None:
    for degrees in range(16, 28):
        assert isinstance(ask(gate, WARMTH, degrees), Allow)
    for percent in (50, 20, 0, 30):
        assert isinstance(ask(gate, WINDOW, percent, state=with_readings({WINDOW: 0, COLD: False})), Allow)


def test_a_clock_set_back_ends_the_question(gate: Gate) -> None:
    asked = challenged(gate)
    assert code(gate.answer(asked, Modality.TOUCH, car(), NOW - 1.0)) == "expired"


class _Broken(Signer):
    def __init__(self) -> None:
        pass

    def sign(self, *_: object) -> None:
        raise OSError("no entropy")


def test_a_fault_while_signing_refuses_and_moves_nothing(gate: Gate) -> None:
    faulty = Gate(gate.rules, gate.catalogue, "car", _Broken())
    assert code(ask(faulty, WARMTH, 20)) == "fault"
    asked = challenged(faulty)
    assert code(faulty.answer(asked, Modality.TOUCH, car(), NOW)) == "fault"
    assert faulty.pending(NOW) is None


def test_a_state_that_cannot_be_read_refuses(gate: Gate) -> None:
    asked = challenged(gate)
    nothing = VehicleState(None)
    assert code(ask(gate, WARMTH, 20, state=nothing)) == "fault"
    assert code(gate.answer(asked, Modality.TOUCH, nothing, NOW)) == "fault"


def test_a_gate_may_have_couplings_of_its_own(gate: Gate) -> None:
    bare = Gate(gate.rules, gate.catalogue, "car", couplings=Couplings(()))
    decision = ask(bare, DEFROST, True)
    assert isinstance(decision, Allow)
    assert decision.commands == (Command(DEFROST, True),)


def test_one_that_is_decided_is_not_remembered(gate: Gate) -> None:
    decision = gate.decide([Command(MODE, "SPORT")], DRIVER, car(), NOW)
    assert isinstance(decision, Confirm)
    assert decision.challenge is None
    assert gate.pending(NOW) is None
