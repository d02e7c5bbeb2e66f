"""What must hold of challenges, permits, whole requests, paces and the reading of the car's motion."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from policies.command import Command, Means, Modality, Origin, Zone
from policies.decision import Allow, Challenge, Confirm, Refuse
from policies.gate import Gate
from policies.matrix import NOW, Case, Sight, cases, moving
from policies.motion import Motion, motion
from policies.permit import Permit, PermitRefused, Signer, Verifier
from policies.state import Reading, VehicleState
from tests.policies.oracle import CRITICAL, listed

DRIVER = Origin(Means.VOICE, Zone.DRIVER)
SPORT = Command("Vehicle.Powertrain.Transmission.PerformanceMode", "SPORT")
TRUNK = Command("Vehicle.Body.Trunk.Rear.IsOpen", True)
DOME = Command("Vehicle.Cabin.Light.IsDomeOn", True)
WARMER = Command("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 22.0)
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def broken_by_challenges(new_gate: Callable[[], Gate]) -> Iterator[str]:
    """What does not hold when challenges are answered late, twice, by the wrong means, or on another state."""
    gate = new_gate()
    for case in cases(gate.rules, sights=[Sight.FRESH]):
        if case.origin != DRIVER or case.confirmed is not Modality.NONE:
            continue
        if isinstance(case.decide(gate), Confirm):
            yield from _challenge(new_gate, case)
    yield from _one_at_a_time(new_gate)


def _challenge(new_gate: Callable[[], Gate], case: Case) -> Iterator[str]:
    gate, challenge = _asked(new_gate, case)
    if [change.after for change in challenge.changes] != [command.value for command in challenge.commands]:
        yield f"the challenge does not show what will change: {case}"
    for modality in Modality:
        gate, challenge = _asked(new_gate, case)
        answer = gate.answer(challenge.id, modality, _later(case, 1.0), NOW + 1.0)
        if isinstance(answer, Allow) != (modality in challenge.by):
            yield f"{modality} answers {challenge.by}: {case}"
        if isinstance(answer, Allow):
            yield from _granted(gate, challenge, answer, case)
        elif gate.pending(NOW + 1.0) != challenge:
            yield f"a wrong answer ends the challenge: {case}"
    for late, zone, what in (
        (8.001, Zone.DRIVER, "answered after 8 s"),
        (-1.0, Zone.DRIVER, "answered before it was asked"),
        (1.0, Zone.OUTSIDE, "answered from outside"),
        (1.0, Zone.PASSENGER, "answered by the passenger"),
    ):
        gate, challenge = _asked(new_gate, case)
        if isinstance(gate.answer(challenge.id, Modality.TOUCH, _later(case, late), NOW + late, zone), Allow):
            yield f"{what}: {case}"
    gate, challenge = _asked(new_gate, case)
    if isinstance(gate.answer(challenge.id, Modality.BIOMETRIC, _later(case, 7.999), NOW + 7.999), Refuse):
        yield f"refused within 8 s: {case}"
    for moves in (Motion.MOVING, Motion.FAST):
        gate, challenge = _asked(new_gate, case)
        state = VehicleState({**case.state.readings, **_at(moving(moves), 1.0)})
        fresh = gate.decide(challenge.commands, case.origin, state, NOW + 1.0, Modality.TOUCH)
        answer = gate.answer(challenge.id, Modality.TOUCH, state, NOW + 1.0)
        if isinstance(answer, Allow) != isinstance(fresh, Allow):
            yield f"not decided afresh: {case}"
    gate, challenge = _asked(new_gate, case)
    stale = gate.answer(challenge.id, Modality.TOUCH, case.state, NOW + 1.0)
    if isinstance(stale, Allow) and listed(case.command, CRITICAL):
        yield f"answered on stale state: {case}"


def _granted(gate: Gate, challenge: Challenge, answer: Allow, case: Case) -> Iterator[str]:
    if answer.commands != challenge.commands or answer.permit is None:
        yield f"allowed something else than was shown: {case}"
    elif answer.permit.commands != challenge.commands:
        yield f"the permit names something else than was shown: {case}"
    again = gate.answer(challenge.id, Modality.TOUCH, _later(case, 1.0), NOW + 1.0)
    if not isinstance(again, Refuse) or again.code != "spent":
        yield f"answered twice: {case}"


def _one_at_a_time(new_gate: Callable[[], Gate]) -> Iterator[str]:
    state = VehicleState(moving(Motion.PARKED))
    for second in (TRUNK, WARMER):
        gate = new_gate()
        first = gate.request([SPORT], DRIVER, state, NOW)
        gate.request([second], DRIVER, state, NOW)
        if not isinstance(first, Confirm) or first.challenge is None:
            yield "sport asks nothing back"
        elif isinstance(gate.answer(first.challenge.id, Modality.TOUCH, state, NOW), Allow):
            yield f"a challenge was answered although {second} came in between"
    gate, other = new_gate(), new_gate()
    mine = gate.request([SPORT], DRIVER, state, NOW)
    asked = mine.challenge.id if isinstance(mine, Confirm) and mine.challenge else ""
    if isinstance(other.answer(asked, Modality.TOUCH, state, NOW), Allow):
        yield "a challenge outlived a restart"


def _asked(new_gate: Callable[[], Gate], case: Case) -> tuple[Gate, Challenge]:
    gate = new_gate()
    decision = gate.request((case.command,), case.origin, case.state, NOW)
    assert isinstance(decision, Confirm) and decision.challenge is not None, case
    return gate, decision.challenge


def _later(case: Case, seconds: float) -> VehicleState:
    return VehicleState(_at(case.state.readings, seconds))


def _at(readings: Mapping[str, Reading], seconds: float) -> dict[str, Reading]:
    return {path: Reading(reading.value, reading.at + seconds) for path, reading in readings.items()}


# --- permits ------------------------------------------------------------------------------------------------


def broken_by_permits() -> Iterator[str]:
    """What a vehicle side honours although it must not, and what it refuses although it must not."""
    signer = Signer.fresh()
    commands = (Command("Vehicle.Cabin.Light.IsDomeOn", True),)

    def reason(permit: Permit, now: float, verifier: Verifier | None = None) -> str:
        try:
            (verifier or Verifier(signer.public_key, "car", 0.0)).redeem(permit, now)
        except PermitRefused as refusal:
            return refusal.reason
        return "honoured"

    permit = signer.sign("car", commands, 10.0)
    later = signer.sign("car", commands, 10.5)
    edits = {
        "id": "0" * 16,
        "vehicle": "other",
        "commands": (Command("Vehicle.Cabin.Light.IsDomeOn", False),),
        "issued_at": 10.1,
        "expires_at": 99.0,
        "number": 7,
        "signature": bytes(64),
    }
    wanted = [
        *((reason(replace(permit, **{key: value}), 10.0), "forged", key) for key, value in edits.items()),
        (reason(permit, 10.0), "honoured", "at once"),
        (reason(permit, 12.0), "honoured", "after 2 s"),
        (reason(permit, 12.001), "expired", "after more than 2 s"),
        (reason(permit, 9.999), "clock", "before it was issued"),
        (reason(signer.sign("van", commands, 10.0), 10.0), "vehicle", "another car's"),
        (reason(Signer.fresh().sign("car", commands, 10.0), 10.0), "forged", "another start's"),
        (reason(permit, 10.0, Verifier(signer.public_key, "car", 10.1)), "before_start", "older than the start"),
    ]
    verifier = Verifier(signer.public_key, "car", 0.0)
    wanted += [
        (reason(later, 11.0, verifier), "honoured", "the later one first"),
        (reason(later, 11.0, verifier), "replayed", "twice"),
        (reason(permit, 11.0, verifier), "reordered", "one held back"),
        (reason(signer.sign("car", commands, 10.9), 10.95, verifier), "clock", "clock set back"),
    ]
    yield from (f"permit {what}: {got}, not {due}" for got, due, what in wanted if got != due)


# --- the rest -----------------------------------------------------------------------------------------------


def broken_by_motion() -> Iterator[str]:
    """Figures of the issue, in figures: what counts as parked, creeping, fast, and how old a speed may be."""
    lock, brake, gear = (
        "Vehicle.Powertrain.Transmission.IsParkLockEngaged",
        "Vehicle.Chassis.ParkingBrake.IsEngaged",
        "Vehicle.Powertrain.Transmission.CurrentGear",
    )
    table: tuple[tuple[object, float, dict[str, object], Motion], ...] = (
        (0.0, 0.0, {lock: True}, Motion.PARKED),
        (0, 0.5, {lock: True}, Motion.PARKED),
        (0.0, 0.0, {brake: True, gear: 0}, Motion.PARKED),
        (0.0, 0.0, {brake: True, gear: 1}, Motion.STANDING),
        (0.0, 0.0, {brake: True, gear: False}, Motion.STANDING),
        (0.0, 0.0, {brake: True}, Motion.STANDING),
        (0.0, 0.0, {gear: 0}, Motion.STANDING),
        (0.0, 0.0, {lock: 1}, Motion.STANDING),
        (0.0, 0.0, {}, Motion.STANDING),
        (0.6, 0.0, {lock: True}, Motion.CREEPING),
        (10.0, 0.0, {lock: True}, Motion.CREEPING),
        (10.1, 0.0, {lock: True}, Motion.MOVING),
        (130.0, 0.0, {lock: True}, Motion.MOVING),
        (130.1, 0.0, {lock: True}, Motion.FAST),
        (400.0, 0.0, {lock: True}, Motion.FAST),
        (0.0, 0.501, {lock: True}, Motion.UNKNOWN),
        (0.0, -0.2, {lock: True}, Motion.UNKNOWN),
        (-0.1, 0.0, {lock: True}, Motion.UNKNOWN),
        (400.1, 0.0, {lock: True}, Motion.UNKNOWN),
        (float("nan"), 0.0, {lock: True}, Motion.UNKNOWN),
        (False, 0.0, {lock: True}, Motion.UNKNOWN),
        ("0", 0.0, {lock: True}, Motion.UNKNOWN),
        (None, 0.0, {lock: True}, Motion.UNKNOWN),
    )
    for speed, age, others, due in table:
        readings = {path: Reading(value, NOW) for path, value in others.items()}
        if speed is not None:
            readings["Vehicle.Speed"] = Reading(speed, NOW - age)
        got = motion(VehicleState(readings), NOW)
        if got is not due:
            yield f"{speed} km/h, {age} s old, {others}: {got}, not {due}"
    old = {"Vehicle.Speed": Reading(0.0, NOW), lock: Reading(True, NOW - 2.001)}
    if motion(VehicleState(old), NOW) is not Motion.STANDING:
        yield "an old park lock counts"


def broken_by_wholes(new_gate: Callable[[], Gate]) -> Iterator[str]:
    """All or nothing: the strictest part decides on the whole; what cannot be judged is refused."""
    gate = new_gate()
    parked, driving = VehicleState(moving(Motion.PARKED)), VehicleState(moving(Motion.MOVING))
    for order in ((DOME, TRUNK), (TRUNK, DOME)):
        if not isinstance(gate.decide(order, DRIVER, driving, NOW, Modality.BIOMETRIC), Refuse):
            yield f"part of a refused request is allowed: {order}"
        whole = gate.decide(order, DRIVER, parked, NOW, Modality.VOICE)
        if not isinstance(whole, Confirm) or whole.by != (Modality.TOUCH, Modality.BIOMETRIC):
            yield f"a light brings the trunk along: {order}"
    fog = [Command("Vehicle.Body.Lights.Fog.Front.IsOn", True)]
    brought = {command.signal: command.value for command in gate.decide(fog, DRIVER, driving, NOW).commands}
    if brought.get("Vehicle.Body.Lights.Beam.Low.IsOn") is not True:
        yield "fog lights do not bring low beams"
    high = Command("Vehicle.Body.Lights.Beam.High.IsOn", True)
    for commands in ([*fog, high], [high, *fog]):
        if not isinstance(gate.decide(commands, DRIVER, driving, NOW, Modality.TOUCH), Refuse):
            yield "high beams with fog lights"
    for fog_light in ("Front", "Rear"):
        readings = {
            **moving(Motion.MOVING),
            "Vehicle.Body.Lights.Fog.Front.IsOn": Reading(fog_light == "Front", NOW),
            "Vehicle.Body.Lights.Fog.Rear.IsOn": Reading(fog_light == "Rear", NOW),
        }
        if not isinstance(gate.decide([high], DRIVER, VehicleState(readings), NOW, Modality.TOUCH), Refuse):
            yield f"high beams while the {fog_light} fog lights are on"
    for silly in ([], [None], [Command("Vehicle.Speed", 1)], None):
        if not isinstance(gate.decide(silly, DRIVER, parked, NOW, Modality.TOUCH), Refuse):
            yield f"allowed: {silly}"
    hollow = VehicleState(None)
    if not isinstance(gate.decide([DOME], DRIVER, hollow, NOW, Modality.TOUCH), Refuse):
        yield "an exception inside does not refuse"


def broken_by_weather(new_gate: Callable[[], Gate]) -> Iterator[str]:
    """Figures again: what rain, air conditioning and a position that nobody knows make of a request."""
    gate = new_gate()
    rain, cold = "Vehicle.Body.Raindetection.Intensity", "Vehicle.Cabin.HVAC.IsAirConditioningActive"
    roof, fog = "Vehicle.Cabin.Sunroof.Position", "Vehicle.Body.Lights.Fog.Front.IsOn"
    wipers = "Vehicle.Body.Windshield.Front.Wiping.Mode"
    table: tuple[tuple[str, object, dict[str, tuple[object, float]], str], ...] = (
        (roof, 50, {rain: (0, 0.0)}, "allow"),
        (roof, 50, {rain: (1, 0.0)}, "confirm"),
        (roof, 50, {rain: (0, 60.1)}, "confirm"),
        (roof, 50, {rain: (0, 60.0)}, "allow"),
        (roof, 50, {rain: (101, 0.0)}, "confirm"),
        (roof, 50, {}, "confirm"),
        (roof, 0, {}, "allow"),
        (fog, True, {rain: (41, 0.0)}, "allow"),
        (fog, True, {rain: (40, 0.0)}, "confirm"),
        (fog, True, {rain: ("wet", 0.0)}, "confirm"),
        (fog, False, {}, "allow"),
        (wipers, "OFF", {rain: (20, 0.0)}, "allow"),
        (wipers, "OFF", {rain: (21, 0.0)}, "confirm"),
        (WINDOW, 25, {cold: (True, 0.0)}, "allow"),
        (WINDOW, 26, {cold: (True, 0.0)}, "confirm"),
        (WINDOW, 26, {cold: (False, 0.0)}, "allow"),
        (WINDOW, 26, {WINDOW: (80, 0.0), cold: (True, 0.0)}, "allow"),
        (WINDOW, 80, {WINDOW: (250, 0.0), cold: (True, 0.0)}, "confirm"),
    )
    for path, value, readings, due in table:
        seen = {**moving(Motion.MOVING), WINDOW: Reading(0, NOW), roof: Reading(0, NOW)}
        seen |= {one: Reading(read, NOW - age) for one, (read, age) in readings.items()}
        decision = gate.decide([Command(path, value)], DRIVER, VehicleState(seen), NOW)
        got = type(decision).__name__.lower()
        if got != due:
            yield f"{path} = {value} with {readings}: {got}, not {due}"
    # Nobody knows where these stand, so nobody knows that they are going back.
    for path, value in ((WINDOW, 50), (roof, 50), ("Vehicle.ADAS.CruiseControl.SpeedSet", 60.0)):
        for state in (VehicleState({}), VehicleState({path: Reading("?", NOW)})):
            if not isinstance(gate.decide([Command(path, value)], DRIVER, state, NOW), Refuse):
                yield f"{path} = {value} is allowed from nowhere"


def broken_by_pace(new_gate: Callable[[], Gate]) -> Iterator[str]:
    """A window sent down again and again is held; sending it up never is."""
    gate, state = new_gate(), VehicleState({**moving(Motion.PARKED), WINDOW: Reading(0, NOW)})
    codes = [freely(gate, Command(WINDOW, 20 - step % 2), state, NOW + step / 100) for step in range(20)]
    if all(code == "allow" for code in codes[4:]) or codes[0] != "allow":
        yield f"a window reversed 20 times in 0.2 s: {codes}"
    if freely(gate, Command(WINDOW, 0), state, NOW + 0.2) != "allow":
        yield "a window may not be closed"
    if freely(new_gate(), WARMER, state, NOW) != "allow":
        yield "a temperature is held"


def freely(gate: Gate, command: Command, state: VehicleState, now: float) -> str:
    """What comes of a driver's request: ``allow``, ``confirm``, or the code of the refusal."""
    decision = gate.request([command], DRIVER, VehicleState(_at(state.readings, now - NOW)), now)
    if isinstance(decision, Refuse):
        return decision.code
    return "allow" if isinstance(decision, Allow) else "confirm"
