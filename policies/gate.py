"""The gate: decides on commands, asks back, and issues the permits without which nothing moves."""

import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from policies.catalogue import Catalogue
from policies.command import Command, Modality, Origin, Value, Zone
from policies.couplings import Contradiction, Couplings
from policies.decision import Allow, Challenge, Change, Confirm, Decision, Refuse
from policies.motion import fresh, motion
from policies.pace import Pace
from policies.permit import Signer
from policies.rule import EVIDENCE, NEVER, STRENGTH
from policies.rules import RuleTable
from policies.state import VehicleState
from policies.verdict import Verdict, judge
from policies.wording import Wording

ASKED_FOR = 8.0  # s, how long a challenge may be answered
GONE = 64  # ids of challenges that are over, kept to say what became of them

_FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class _Pending:
    challenge: Challenge
    origin: Origin


class Gate:
    """The only way to the vehicle. One for each vehicle; safe to use from several threads.

    ``decide`` is pure and total. ``request`` and ``answer`` keep what must be remembered: the one pending
    challenge, those that are over, and how often an actuator moved lately. Without a ``signer`` an Allow
    carries no permit.
    """

    def __init__(
        self,
        rules: RuleTable,
        catalogue: Catalogue,
        vehicle: str,
        signer: Signer | None = None,
        couplings: Couplings | None = None,
        wording: Wording | None = None,
    ) -> None:
        self.rules = rules
        self.catalogue = catalogue
        self.vehicle = vehicle
        self._signer = signer
        self._couplings = Couplings.load() if couplings is None else couplings
        self._wording = Wording.load() if wording is None else wording
        self._pace = Pace(rules)
        self._pending: _Pending | None = None
        self._gone: OrderedDict[str, str] = OrderedDict()
        self._ended: deque[tuple[str, str]] = deque(maxlen=GONE)
        self._lock = threading.RLock()

    def decide(
        self,
        commands: Iterable[Command],
        origin: Origin,
        state: VehicleState,
        now: float,
        confirmed: Modality = Modality.NONE,
    ) -> Decision:
        """What may happen, with the coupled commands added, when ``confirmed`` is all the evidence there is.

        Pure: nothing is remembered, no permit issued. Total: whatever goes wrong inside is a Refuse with the
        code ``fault``. Other codes: unlisted, read_only, value, contradiction, forbidden, caution, means, zone, motion,
        state, nothing.
        """
        try:
            return self._decide(tuple(commands), origin, state, now, confirmed)
        except Exception:
            return self._refuse((), "fault")

    def request(self, commands: Iterable[Command], origin: Origin, state: VehicleState, now: float) -> Decision:
        """Decide, and act: an Allow carries a permit, a Confirm a challenge that lives ASKED_FOR seconds.

        Unless it is refused, it replaces the pending challenge. Further code: rate.
        """
        with self._lock:
            try:
                decision = self.decide(commands, origin, state, now)
                if isinstance(decision, Refuse):
                    return decision
                held = self._held(decision.commands, state, now)
                if held is not None:
                    return held
                self._drop("replaced")
                if isinstance(decision, Allow):
                    return self._grant(decision, state, now)
                return self._ask(decision, origin, now)
            except Exception:
                return self._refuse((), "fault")

    def answer(
        self,
        challenge_id: str,
        modality: Modality,
        state: VehicleState,
        now: float,
        zone: Zone = Zone.DRIVER,
    ) -> Allow | Refuse:
        """Answer a challenge with ``modality`` from ``zone``: decided afresh on ``state``.

        An answer of the wrong modality or from the wrong seat leaves the challenge pending; any other answer
        ends it. Codes besides those of ``decide``: unknown_challenge, expired, spent, replaced, cancelled,
        wrong_modality, wrong_zone, changed, rate.
        """
        with self._lock:
            try:
                return self._answer(challenge_id, modality, state, now, zone)
            except Exception:
                self._drop("spent")
                return self._refuse((), "fault")

    def cancel(self, challenge_id: str, now: float) -> Refuse:
        """Withdraw a challenge: a Refuse with the code cancelled, or what became of it before."""
        with self._lock:
            challenge = self.pending(now)
            if challenge is None or challenge.id != challenge_id:
                return self._refuse((), self._gone.get(challenge_id, "unknown_challenge"))
            self._drop("cancelled")
            return self._refuse(challenge.commands, "cancelled", challenge.rules)

    def pending(self, now: float) -> Challenge | None:
        """The challenge that can be answered at ``now`` (s)."""
        with self._lock:
            if self._pending is None:
                return None
            challenge = self._pending.challenge
            if not challenge.asked_at <= now <= challenge.expires_at:
                self._drop("expired")
                return None
            return challenge

    def ended(self) -> tuple[tuple[str, str], ...]:
        """Ids of the challenges that ended since the last call, oldest first, each with what became of it: expired,
        replaced, spent or cancelled. For the record; at most GONE of them.
        """
        with self._lock:
            ended = tuple(self._ended)
            self._ended.clear()
            return ended

    # --- deciding -----------------------------------------------------------------------------------------

    def _decide(
        self, asked: tuple[Command, ...], origin: Origin, state: VehicleState, now: float, confirmed: Modality
    ) -> Decision:
        if not asked:
            return self._refuse(asked, "nothing")
        checked: list[Command] = []
        for command in asked:
            entry = self.rules.get(command.signal)
            if entry is None:
                return self._unlisted(asked, command.signal)
            try:
                checked.append(Command(command.signal, entry.signal.check(command.value)))
            except ValueError as cause:
                return self._refuse(asked, "value", because=str(cause))
        try:
            whole = self._couplings.complete(checked, state)
        except Contradiction as cause:
            return self._refuse(asked, "contradiction", (cause.rule,), because=str(cause))

        will_be = {command.signal: command.value for command in whole}
        moves = motion(state, now)

        def known(path: str, oldest: float | None) -> Value | None:
            return will_be[path] if path in will_be else self._reading(state, path, now, oldest)

        changes, verdicts = [], []
        for command in whole:
            before = self._reading(state, command.signal, now, None)
            changes.append(Change(command.signal, before, command.value))
            entry = self.rules.get(command.signal)
            if entry is None:
                verdicts.append(Verdict(NEVER, ("gate.unlisted",), code="unlisted"))
            else:
                verdicts.append(judge(entry, command.value, origin, moves, before, known))

        needed = max(verdict.needed for verdict in verdicts)
        deciding = [verdict for verdict in verdicts if verdict.needed == needed]
        rules = tuple(dict.fromkeys(rule for verdict in deciding for rule in verdict.rules))
        if needed >= NEVER:
            first = verdicts.index(deciding[0])
            verdict, signal = deciding[0], self.catalogue[whole[first].signal]
            outside = verdict.code == "zone" and origin.zone is Zone.OUTSIDE
            sentence = "zone_outside" if outside else verdict.code
            says = self._wording.refusal(sentence, signal, verdict.because, verdict.when)
            return Refuse(whole, rules, says, verdict.code)
        if STRENGTH[confirmed] >= needed:
            every = [*(rule for verdict in verdicts for rule in verdict.rules), *self._couplings.of(whole)]
            return Allow(whole, tuple(dict.fromkeys(every)), self._wording.allow)
        because = " ".join(dict.fromkeys(verdict.because for verdict in deciding))
        says = self._wording.question(EVIDENCE[needed], self._wording.changes(changes, self.catalogue), because)
        return Confirm(whole, tuple(changes), EVIDENCE[needed:], rules, says)

    def _reading(self, state: VehicleState, path: str, now: float, oldest: float | None) -> Value | None:
        """The value at ``path`` when it is known, in range and recent enough."""
        value = fresh(state, path, now, _FOREVER if oldest is None else oldest)
        if value is None:
            return None
        try:
            return self.catalogue[path].check(value)
        except ValueError:
            return None

    def _unlisted(self, asked: tuple[Command, ...], path: str) -> Refuse:
        """A signal without a rule; one that is only read (an airbag, the odometer) is told so by name."""
        signal = self.catalogue.get(path)
        if signal is None or signal.kind == "actuator":
            return self._refuse(asked, "unlisted")
        return Refuse(asked, ("gate.read_only",), self._wording.refusal("read_only", signal), "read_only")

    def _refuse(
        self, commands: tuple[Command, ...], code: str, rules: tuple[str, ...] = (), because: str = ""
    ) -> Refuse:
        says = self._wording.refusal(code, because=because)
        return Refuse(commands, rules or (f"gate.{code}",), says, code)

    # --- asking back and granting -------------------------------------------------------------------------

    def _ask(self, confirm: Confirm, origin: Origin, now: float) -> Confirm:
        challenge = Challenge(
            id=secrets.token_hex(8),
            commands=confirm.commands,
            changes=confirm.changes,
            by=confirm.by,
            rules=confirm.rules,
            asked_at=now,
            expires_at=now + ASKED_FOR,
        )
        self._pending = _Pending(challenge, origin)
        return replace(confirm, challenge=challenge)

    def _answer(
        self, challenge_id: str, modality: Modality, state: VehicleState, now: float, zone: Zone
    ) -> Allow | Refuse:
        challenge, pending = self.pending(now), self._pending
        if challenge is None or pending is None or challenge.id != challenge_id:
            return self._refuse((), self._gone.get(challenge_id, "unknown_challenge"))
        if modality not in challenge.by:
            return self._refuse(challenge.commands, "wrong_modality", challenge.rules)
        if not self._may_answer(challenge, pending.origin, zone):
            return self._refuse(challenge.commands, "wrong_zone", challenge.rules)
        self._drop("spent")
        decision = self.decide(challenge.commands, pending.origin, state, now, modality)
        if isinstance(decision, Refuse):
            return decision
        if isinstance(decision, Confirm) or decision.commands != challenge.commands:
            return self._refuse(challenge.commands, "changed", decision.rules)
        return self._held(decision.commands, state, now) or self._grant(decision, state, now)

    def _may_answer(self, challenge: Challenge, asker: Origin, zone: Zone) -> bool:
        answers = self.rules.answers
        who = answers.attention if Modality.VOICE in challenge.by else answers.critical
        return ("driver" in who and zone is Zone.DRIVER) or ("asker" in who and zone is asker.zone)

    def _held(self, commands: tuple[Command, ...], state: VehicleState, now: float) -> Refuse | None:
        held = self._pace.held(commands, state, now)
        if held is None:
            return None
        rate, command = held
        says = self._wording.refusal("rate", self.catalogue[command.signal])
        return Refuse(commands, (rate.id,), says, "rate")

    def _grant(self, allow: Allow, state: VehicleState, now: float) -> Allow:
        permit = self._signer.sign(self.vehicle, allow.commands, now) if self._signer else None
        self._pace.note(allow.commands, state, now)
        return replace(allow, permit=permit)

    def _drop(self, became: str) -> None:
        """The pending challenge is over, and this is what became of it."""
        if self._pending is None:
            return
        self._gone[self._pending.challenge.id] = became
        self._ended.append((self._pending.challenge.id, became))
        if len(self._gone) > GONE:
            self._gone.popitem(last=False)
        self._pending = None
