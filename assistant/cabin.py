"""The cabin: one turn from an utterance or a touch to a reply, through the one door to the vehicle."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter, time
from typing import Any

from assistant.answering import Knows, answer, status
from assistant.errors import CabinError, SpeechError, StorageError
from assistant.journal import entries
from assistant.logbook import Keeps, Logbook, unanswered
from assistant.memory import Memory
from assistant.plan import PlanError, plan
from assistant.ports import Clock, Synthesizer, Transcriber, Vehicle, Witness
from assistant.preferences import Preferences
from assistant.sharing import SIGNAL, SharedCases, Sharing, kept_up, switch_off
from assistant.speech.audio import load as load_sound
from assistant.talk import talk
from assistant.turn import Turn
from assistant.utterance import SAMPLE_RATE, Reply, Utterance
from assistant.vehicle.readings import readings
from assistant.witness import doubted
from intents.dialogue import Dialogue
from intents.intent import Intent
from intents.router import AGREED, Router
from intents.wording import Wording
from knowledge.answer import LiveReading
from policies.catalogue import Catalogue
from policies.command import Command, Means, Modality, Origin, Value, Zone
from policies.decision import Allow, Confirm, Decision, Refuse
from policies.gate import Gate
from policies.motion import motion
from policies.permit import Permit, PermitRefused
from policies.restrictions import restrictions
from policies.state import VehicleState

APPLY_DEADLINE_S = 5.0
HEAR_DEADLINE_S = 30.0
Watcher = Callable[[str, Mapping[str, Any]], None]
"""Told of ``heard``, ``understood``, ``decided``, ``applied`` and ``replied``. Watchers never steer."""


def heard_as(utterance: Utterance, intents: tuple[Intent, ...]) -> tuple[Intent, ...]:
    """What may be made of an utterance, by how it was heard.

    Words that a recogniser put together freely are read as a command only when every one of them is accounted for;
    anything looser is a question to the manual, which moves nothing.
    """
    if not (utterance.free and utterance.text) or all(
        intent.score >= 1.0 or intent.kind == "question" for intent in intents
    ):
        return intents
    return (Intent("Question", "question", utterance.text, path="meaning", score=utterance.confidence),)


def in_doubt(intents: tuple[Intent, ...], rival: tuple[Intent, ...]) -> tuple[Intent, ...]:
    """``intents``, asked about first where ``rival``, which sounded about as good, would do something else.

    A word about what came before ("yes", "undo that") is not asked about but not understood: there is no end to that.
    """
    if len(intents) != 1 or intents[0].kind not in ("command", "dialogue") or intents[0].missing:
        return intents
    meant = intents[0]
    if meant.kind == "dialogue":
        return intents if [each.name for each in rival] == [meant.name] else (Intent("None", "none", meant.text),)
    if [(each.asks, each.reads) for each in rival] == [(meant.asks, meant.reads)]:
        return intents
    return (replace(meant, kind="dialogue", missing="hearing"),)


class Cabin:
    """Composed in ``assistant/bootstrap.py``; the only thing that a screen, a drive or a session talks to.

    ``library``, ``transcriber`` and ``synthesizer`` are called when first needed and may take a second to load.
    """

    def __init__(
        self,
        *,
        router: Router,
        wording: Wording,
        gate: Gate,
        catalogue: Catalogue,
        vehicle: Vehicle,
        clock: Clock,
        journal: Keeps,
        library: Callable[[], Knows],
        transcriber: Callable[[], Transcriber],
        synthesizer: Callable[[], Synthesizer],
        pack: str | None = None,
        cases: Callable[[], SharedCases],
        witnesses: Sequence[Witness] = (),
        preferences: Preferences | None = None,
        wall: Callable[[], float] = time,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        self.router, self.wording, self.gate, self.catalogue = router, wording, gate, catalogue
        self.vehicle, self.clock, self.logbook, self.library = vehicle, clock, Logbook(journal), library
        self.transcriber, self.synthesizer = transcriber, synthesizer
        self.sharing = Sharing(cases, self.readings, clock, wall)
        self.pack = pack
        self.witnesses = {witness.modality: witness for witness in witnesses}
        self.preferences = preferences or Preferences()
        self.memory = Memory()
        self.watchers = list(watchers)
        self._one_at_a_time = asyncio.Lock()
        self._told = ""  # what stands in the way of the record, so that it is said once

    # --- the main flow ------------------------------------------------------------------------------

    async def take_turn(self, utterance: Utterance) -> Reply:
        """One utterance in, one reply out. Never raises on anything that was said."""
        async with self._one_at_a_time:
            turn = Turn(utterance)
            self._tell("heard", text=utterance.text, zone=utterance.zone, engine=utterance.engine)
            with turn.stage("route"):
                dialogue = self._dialogue(utterance.zone)
                understood = await asyncio.to_thread(self.router.route, utterance.text, dialogue)  # a model takes long
                turn.intents = heard_as(utterance, understood)
                if utterance.rival and utterance.zone is not Zone.OUTSIDE:  # nobody inside answers for them
                    other = await asyncio.to_thread(self.router.route, utterance.rival, dialogue)
                    turn.intents = in_doubt(turn.intents, other)
            if any(intent.kind != "none" for intent in turn.intents):
                self.memory.close_question()  # answered, or overtaken by a new request
            self._tell("understood", intents=turn.intents)
            by_model = any(intent.path == "model" for intent in turn.intents)
            origin = Origin(Means.TOOL if by_model else Means.VOICE, utterance.zone)
            to_confirm: list[tuple[Intent, tuple[Command, ...]]] = []
            for intent in turn.intents:
                if intent.missing:
                    self.memory.ask_back(intent, self.clock.now())
                    turn.asked_back = turn.asked_back or intent.missing in AGREED
                    turn.say(self.wording.ask_back(intent))
                elif intent.kind == "question":
                    await answer(self, intent.text, turn)
                elif intent.kind == "status":
                    status(self, intent, turn)
                elif intent.kind == "dialogue":
                    await talk(self, intent, origin, turn)
                elif intent.kind == "none":
                    turn.say(self.wording.say("not_understood" if utterance.text.strip() else "not_heard"))
                else:
                    commands = self.plan(intent, turn)
                    if commands and not await self.carry_out(intent, commands, origin, turn):
                        to_confirm.append((intent, commands))
            self.challenge(to_confirm, origin, turn)  # one for all of the sentence that needs one
            return await self._finish(turn)

    async def touch(self, challenge: str, by: Modality, zone: Zone = Zone.DRIVER) -> Reply:
        """A hand on the screen or an eye scan answers a challenge; decided afresh on the car as it is now."""
        doubt = await doubted(self, challenge, by)  # before the turn: an eye may take its time, and a "no" must get in
        async with self._one_at_a_time:
            turn, origin = Turn(Utterance("", zone=zone, engine=by)), Origin(Means.TOUCH, zone)
            if doubt:
                turn.entries.append(entries.answered(challenge, by, "refused"))
                self.decided(doubt, origin, turn)
            else:
                await self.confirm(challenge, by, origin, turn)
            return await self._finish(turn)

    async def cancel(self, challenge: str) -> Reply:
        """The driver's "no" on the screen."""
        async with self._one_at_a_time:
            turn = Turn(Utterance("", zone=Zone.DRIVER, engine=Means.TOUCH))
            self.drop(challenge, Origin(Means.TOUCH, Zone.DRIVER), turn)
            return await self._finish(turn)

    # --- its steps ----------------------------------------------------------------------------------

    def plan(self, intent: Intent, turn: Turn) -> tuple[Command, ...]:
        """The commands of ``intent``; empty, and said why, when there are none."""
        state = self.vehicle.state()
        try:
            with turn.stage("plan"):
                return plan(intent, state, self.catalogue)
        except PlanError as error:
            turn.say(self.wording.problem(error.key, **error.slots))
            return ()

    async def carry_out(self, intent: Intent, commands: tuple[Command, ...], origin: Origin, turn: Turn) -> bool:
        """Do what may be done now; False when ``commands`` need a confirmation first."""
        with turn.stage("decide"):
            decision = self.gate.decide(commands, origin, self.vehicle.state(), self.clock.now())
            if isinstance(decision, Confirm):
                if any(change.before != change.after for change in decision.changes):
                    return False
                turn.say(self.wording.problem("already", signal=commands[0].signal, value=commands[0].value))
                seen, now = self.vehicle.state(), self.clock.now()
                turn.entries.append(entries.decided(decision, origin, seen, now, changes=False))
                return True
            decision = self.gate.request(commands, origin, self.vehicle.state(), self.clock.now())
        await self.settle(decision, (intent,), origin, turn)
        return True

    def challenge(self, wanted: Sequence[tuple[Intent, tuple[Command, ...]]], origin: Origin, turn: Turn) -> None:
        """Ask for the one confirmation that all of ``wanted`` need together."""
        if not wanted:
            return
        commands = [command for _, each in wanted for command in each]
        with turn.stage("decide"):
            decision = self.gate.request(commands, origin, self.vehicle.state(), self.clock.now())
        if isinstance(decision, Confirm):
            self.memory.awaiting = tuple(intent for intent, _ in wanted)
        self.decided(decision, origin, turn)

    async def confirm(self, challenge: str, by: Modality, origin: Origin, turn: Turn) -> None:
        """Answer a challenge by voice, touch or eye."""
        with turn.stage("decide"):
            decision = self.gate.answer(challenge, by, self.vehicle.state(), self.clock.now(), origin.zone)
        turn.entries += unanswered(self.gate, self.clock.now(), but=challenge)
        witness = self.witnesses.get(by)
        turn.entries.append(entries.answered(challenge, by, entries.result(decision), witness.name if witness else ""))
        intents, self.memory.awaiting = self.memory.awaiting, ()
        if isinstance(decision, Refuse):  # it may still be pending, for the right hand
            self.memory.awaiting = intents if self.gate.pending(self.clock.now()) else ()
        elif not turn.intents:
            turn.intents = intents
        await self.settle(decision, intents, origin, turn, challenge)

    def drop(self, challenge: str, origin: Origin, turn: Turn) -> None:
        """Withdraw a challenge."""
        decision = self.gate.cancel(challenge, self.clock.now())
        if decision.code == "cancelled":
            self.memory.awaiting = ()
        turn.entries += unanswered(self.gate, self.clock.now(), but=challenge)
        turn.entries.append(entries.answered(challenge, origin.means, entries.result(decision)))
        self.decided(decision, origin, turn)

    async def settle(
        self,
        decision: Decision,
        intents: tuple[Intent, ...],
        origin: Origin,
        turn: Turn,
        challenge: str | None = None,
    ) -> None:
        """Note a decision, carry it out if it is an Allow, and say what the vehicle reports afterwards."""
        if not isinstance(decision, Allow) or decision.permit is None:
            self.decided(decision, origin, turn)
            return
        before = self.vehicle.state()
        self._note(decision, origin, before, turn)
        turn.entries.append(entries.permitted(decision.permit, challenge))
        problem = self._record(turn)
        if problem and challenge:  # critical, and nobody could show later that it was confirmed
            turn.entries.append(entries.finished(decision.permit, problem=problem))
            turn.blocked = True
            turn.say(problem, whole=True)
            return
        with turn.stage("apply"):
            reported, failed = await self.apply(decision.permit)
        turn.entries.append(entries.finished(decision.permit, reported, failed))
        if failed:
            turn.say(self.wording.say("vehicle_failed", problem=failed), whole=True)
            return
        turn.applied.update(reported)
        achieved = {c.signal: c.value for c in decision.commands if reported.get(c.signal) == c.value}
        told = dict(achieved)
        try:
            turn.entries.extend(self.sharing.follow(reported))
            if self.sharing.is_on and SIGNAL in reported:
                turn.say(self.wording.say("shared_code", code=" ".join(self.sharing.code)), whole=True)
        except StorageError as error:
            told.pop(SIGNAL, None)  # the switch is on, yet nothing is shared
            turn.say(str(error), whole=True)
        if told:
            turn.say(self.wording.states(told))
        for command in decision.commands:
            if command.signal not in achieved:
                now = reported.get(command.signal)
                turn.say(self.wording.not_achieved(command.signal, command.value, now), whole=True)
        self.memory.carried_out(intents, before, achieved)
        self._tell("applied", applied=reported)

    async def apply(self, permit: Permit) -> tuple[dict[str, Value], str | None]:
        """Carry out ``permit``: what the vehicle reports, and why it failed where it did. Never raises."""
        try:
            return await asyncio.wait_for(self.vehicle.apply(permit), APPLY_DEADLINE_S), None
        except TimeoutError:
            return {}, "it did not answer in time, so it may or may not have been done"
        except (PermitRefused, CabinError) as error:
            return {}, str(error)
        except Exception as error:  # however the way to the car fails, the record says how it ended
            fault = type(error).__name__
            return {}, f"something is wrong in the way to it ({fault}), so it may or may not have been done"

    def decided(self, decision: Decision, origin: Origin, turn: Turn) -> None:
        """Note a decision that moves nothing now, and say it."""
        self._note(decision, origin, self.vehicle.state(), turn)
        turn.say(decision.says, whole=True)

    def _note(self, decision: Decision, origin: Origin, seen: VehicleState, turn: Turn) -> None:
        turn.decided(decision)
        self.memory.decision = decision
        turn.entries += unanswered(self.gate, self.clock.now())
        turn.entries.append(entries.decided(decision, origin, seen, self.clock.now()))
        if isinstance(decision, Confirm) and decision.challenge:
            turn.entries.append(entries.challenged(decision.challenge))
        self._tell("decided", decision=decision)

    def readings(self) -> list[LiveReading]:
        """The car's readings as the knowledge base takes them."""
        return readings(self.vehicle, self.catalogue, self.clock)

    # --- ears ---------------------------------------------------------------------------------------

    async def hear(self, path: Path, zone: Zone) -> Utterance:
        """What a sound file says. Raises AudioError when it cannot be read, SpeechError when the engine fails."""
        began = perf_counter()
        sound = await asyncio.to_thread(load_sound, path)
        engine = await asyncio.to_thread(self.transcriber)
        try:
            heard = await asyncio.wait_for(asyncio.to_thread(engine.transcribe, sound), HEAR_DEADLINE_S)
        except TimeoutError as error:
            raise SpeechError(f"{path} was not understood within {HEAR_DEADLINE_S:g} s", code="timeout") from error
        return Utterance.heard(heard, zone, len(sound) / SAMPLE_RATE, 1000 * (perf_counter() - began))

    # --- what is left behind ------------------------------------------------------------------------

    def _dialogue(self, zone: Zone) -> Dialogue:
        return self.memory.dialogue(zone, self.vehicle.state(), self.clock.now(), self.preferences.entries)

    def remember(self, text: str) -> bool:
        """Keep a preference in plain words; False when it says none that we know. Raises StorageError."""
        return bool(self.preferences.add(text))

    def understand(self, text: str, zone: Zone) -> tuple[tuple[Intent, ...], tuple[Command, ...]]:
        """What ``text`` means and the commands that it would become; nothing is decided or done."""
        intents = self.router.route(text, self._dialogue(zone))
        turn = Turn(Utterance(text, zone=zone), intents)
        commands = [
            command
            for intent in intents
            if intent.kind == "command" and not intent.missing
            for command in self.plan(intent, turn)
        ]
        return intents, tuple(commands)

    async def _finish(self, turn: Turn) -> Reply:
        try:
            turn.entries.extend(self.sharing.renew())
            turn.entries.extend(await switch_off(self))
        except StorageError as error:
            turn.say(str(error), whole=True)
        turn.entries += unanswered(self.gate, self.clock.now())
        limits = restrictions(motion(self.vehicle.state(), self.clock.now()))
        text, rest = turn.spoken(limits, self.wording.say("more_when_parked"))
        if rest and not turn.answers:  # a question is answered anew, and then whole
            self.memory.rest = rest
        reply = turn.reply(text)
        if not any(intent.name == "Repeat" for intent in turn.intents):
            self.memory.said = self._without_code(reply.text)
        turn.entries.append(("turn", {**turn.record(), "heard": reply.heard, "reply": self._without_code(reply.text)}))
        problem = self._record(turn)
        if problem and problem != self._told and problem not in reply.text:
            reply = replace(reply, text=f"{reply.text} {problem}".strip())
        self._told = problem
        self._tell("replied", reply=reply)
        return reply

    def _record(self, turn: Turn) -> str:
        """Write what the turn has noted so far, synced; returns what to tell the driver when that fails."""
        with turn.stage("journal"):
            error = self.logbook.write(turn.entries)
        return self.wording.say("journal_failed", problem=str(error)) if error else ""

    def _without_code(self, text: str) -> str:
        """A reply as it may be kept: the code of a shared car is spoken once and stands nowhere."""
        return text.replace(" ".join(self.sharing.code), "...") if self.sharing.is_on else text

    def close(self) -> None:
        """Nothing is left open behind us: a pending challenge is withdrawn, the car is no longer shared."""
        noted = unanswered(self.gate, self.clock.now())
        pending = self.gate.pending(self.clock.now())
        if pending:
            self.gate.cancel(pending.id, self.clock.now())
            noted.append(entries.answered(pending.id, "none", "cancelled"))
        with suppress(StorageError):
            noted += self.sharing.end("cabin")
        self.logbook.write(noted)

    async def aclose(self) -> None:
        """As ``close``; the switch of a car that was shared is put back as well."""
        self.close()
        if noted := await switch_off(self):
            self.logbook.write(noted)

    async def keep_up(self) -> None:
        """Called now and then while nobody speaks: what is shared follows the car, and ends when its time is over."""
        async with self._one_at_a_time:
            if noted := await kept_up(self):
                self.logbook.write(noted)

    def _tell(self, event: str, **what: Any) -> None:
        for watcher in self.watchers:
            watcher(event, what)
