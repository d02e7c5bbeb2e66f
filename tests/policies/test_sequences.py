"""Any sequence of requests, touches, words, waits, drives and restarts: nothing critical moves without its touch."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from policies.catalogue import Catalogue
from policies.command import Command, Means, Modality, Origin, Value, Zone
from policies.decision import Allow, Challenge, Confirm, Decision, Refuse
from policies.gate import Gate
from policies.matrix import moving
from policies.motion import Motion, motion
from policies.permit import Permit, PermitRefused, Signer, Verifier
from policies.rules import RuleTable
from policies.state import Reading, VehicleState
from tests.policies.oracle import CRITICAL, CRITICAL_MOVING, FORBIDDEN, PARKED_ONLY, listed

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
ASKED: tuple[tuple[str, Value], ...] = (
    ("Vehicle.Powertrain.Transmission.PerformanceMode", "SPORT"),
    ("Vehicle.Powertrain.Transmission.PerformanceMode", "SNOW"),
    ("Vehicle.Powertrain.Transmission.PerformanceMode", "NORMAL"),
    ("Vehicle.Body.Trunk.Rear.IsOpen", True),
    ("Vehicle.Cabin.Door.Row1.DriverSide.IsLocked", False),
    ("Vehicle.Cabin.Door.Row1.DriverSide.IsLocked", True),
    ("Vehicle.ADAS.LaneKeepingAssist.IsEnabled", False),
    ("Vehicle.Body.Lights.Beam.High.IsOn", True),
    ("Vehicle.Body.Lights.Fog.Front.IsOn", True),
    ("Vehicle.Cabin.HVAC.IsFrontDefrosterActive", True),
    ("Vehicle.Cabin.HVAC.IsAirConditioningActive", True),
    ("Vehicle.Powertrain.Transmission.SelectedGear", 1),
    (WINDOW, 80),
    (WINDOW, 0),
)
MOTIONS = st.sampled_from([motion_ for motion_ in Motion if motion_ is not Motion.UNKNOWN])
# Mostly the driver, or hardly anything would ever be allowed.
ZONES = st.sampled_from([*[Zone.DRIVER] * 12, *Zone])
ORIGINS = st.builds(Origin, st.sampled_from([*[Means.VOICE] * 5, *Means]), ZONES)
COMMANDS = st.lists(st.sampled_from(ASKED), min_size=1, max_size=2, unique_by=lambda asked: asked[0])


class Drive(RuleBasedStateMachine):
    """A car, its gate and its vehicle side; the model remembers what was asked, and by which hand answered."""

    @initialize()
    def start(self) -> None:
        self.now = 1000.0
        self.values: dict[str, Value] = {}
        self.moves, self.blind_since = Motion.PARKED, 0.0
        self.challenges: list[tuple[Challenge, float]] = []
        self.askers: dict[str, Origin] = {}
        self.answered: set[str] = set()
        self.permits: list[tuple[Permit, float]] = []
        self.honoured: set[bytes] = set()
        self.boot()

    def boot(self) -> None:
        signer = Signer.fresh()
        self.gate = Gate(RuleTable.load(), Catalogue.load(), "car", signer)
        self.vehicle = Verifier(signer.public_key, "car", self.now)
        self.booted = self.now

    def state(self) -> VehicleState:
        shift = (self.blind_since or self.now) - 1000.0
        readings = {path: Reading(one.value, one.at + shift) for path, one in moving(self.moves).items()}
        return VehicleState(readings | {path: Reading(value, self.now) for path, value in self.values.items()})

    @rule(origin=ORIGINS, asked=COMMANDS)
    def request(self, origin: Origin, asked: list[tuple[str, Value]]) -> None:
        commands = [Command(*one) for one in asked]
        before = self.gate.pending(self.now)
        decision = self.gate.request(commands, origin, self.state(), self.now)
        pending = self.gate.pending(self.now)
        if isinstance(decision, Refuse):
            assert pending == before
        elif isinstance(decision, Confirm):
            assert decision.challenge is not None
            assert pending == decision.challenge
            self.challenges.append((decision.challenge, self.now))
            self.askers[decision.challenge.id] = origin
        else:
            assert pending is None
            self.granted(decision, Modality.NONE)

    @rule(moves=MOTIONS, asked=st.sampled_from(ASKED), driven=MOTIONS)
    def ask_drive_on_and_touch(self, moves: Motion, asked: tuple[str, Value], driven: Motion) -> None:
        self.drive(moves)
        origin = Origin(Means.VOICE, Zone.DRIVER)
        decision = self.gate.request([Command(*asked)], origin, self.state(), self.now)
        self.drive(driven)
        if isinstance(decision, Confirm) and decision.challenge is not None:
            answer = self.gate.answer(decision.challenge.id, Modality.TOUCH, self.state(), self.now)
            if isinstance(answer, Allow):
                self.granted(answer, Modality.TOUCH)
            again = self.gate.answer(decision.challenge.id, Modality.TOUCH, self.state(), self.now)
            assert not isinstance(again, Allow), "answered twice"

    @precondition(lambda self: self.challenges)
    @rule(data=st.data(), modality=st.sampled_from(Modality), zone=ZONES)
    def answer(self, data: st.DataObject, modality: Modality, zone: Zone) -> None:
        challenge, asked_at = data.draw(st.sampled_from(self.challenges[-2:]))
        current = self.gate.pending(self.now)
        decision: Decision = self.gate.answer(challenge.id, modality, self.state(), self.now, zone)
        if not isinstance(decision, Allow):
            return
        assert challenge.id not in self.answered, "answered twice"
        assert current == challenge, "answered although another question was open"
        assert asked_at >= self.booted, "answered after a restart"
        assert self.now - asked_at <= 8.0, "answered too late"
        assert modality in challenge.by
        assert decision.commands == challenge.commands
        afresh = self.gate.decide(challenge.commands, self.askers[challenge.id], self.state(), self.now, modality)
        assert isinstance(afresh, Allow), "not decided afresh"
        self.answered.add(challenge.id)
        self.granted(decision, modality)

    @precondition(lambda self: self.challenges)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        challenge, _ = data.draw(st.sampled_from(self.challenges))
        assert isinstance(self.gate.cancel(challenge.id, self.now), Refuse)
        pending = self.gate.pending(self.now)
        assert pending is None or pending.id != challenge.id

    @precondition(lambda self: self.permits)
    @rule(data=st.data(), again=st.booleans())
    def redeem(self, data: st.DataObject, again: bool) -> None:
        permit, booted = data.draw(st.sampled_from(self.permits[-3:]))
        try:
            self.vehicle.redeem(permit, self.now)
        except PermitRefused:
            return
        assert permit.signature not in self.honoured, "honoured twice"
        assert booted == self.booted, "honoured after a restart"
        assert 0 <= self.now - permit.issued_at <= 2.0
        self.honoured.add(permit.signature)
        self.values |= {command.signal: command.value for command in permit.commands}

    @rule(seconds=st.sampled_from([0.1, 0.4, 0.6, 1.9, 2.1, 7.0, 8.1]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def lose_or_find_the_sensors(self) -> None:
        self.blind_since = 0.0 if self.blind_since else self.now

    @rule(moves=MOTIONS)
    def drive(self, moves: Motion) -> None:
        self.moves, self.blind_since = moves, 0.0

    @rule()
    def restart(self) -> None:
        self.now += 0.1
        self.boot()

    @invariant()
    def one_question_at_most(self) -> None:
        pending = self.gate.pending(self.now)
        assert pending is None or self.now <= pending.expires_at

    def granted(self, allow: Allow, evidence: Modality) -> None:
        here = motion(self.state(), self.now)
        assert allow.permit is not None
        assert allow.permit.commands == allow.commands
        for command in allow.commands:
            assert not listed(command, FORBIDDEN)
            hard = listed(command, CRITICAL) or (
                listed(command, CRITICAL_MOVING) and here not in (Motion.PARKED, Motion.STANDING)
            )
            assert not hard or evidence in (Modality.TOUCH, Modality.BIOMETRIC), command
            assert not listed(command, PARKED_ONLY) or here is Motion.PARKED, command
            assert not listed(command, PARKED_ONLY) or self.moves is Motion.PARKED, command
        self.permits.append((allow.permit, self.booted))


Drive.TestCase.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
TestDrive = Drive.TestCase
