"""Talk about the talk itself: yes and no, undo, repeat, why not, next step, preferences."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from assistant.answering import answer
from assistant.errors import StorageError
from assistant.preferences import about
from assistant.turn import Turn
from intents.intent import Intent
from policies.command import Modality, Origin, Zone
from policies.decision import Confirm, Refuse

if TYPE_CHECKING:
    from assistant.cabin import Cabin


async def talk(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """Deal with a dialogue intent. One that has no act of its own is answered by its wording."""
    act = ACTS.get(intent.name)
    if act:
        await act(cabin, intent, origin, turn)
    else:
        turn.say(cabin.wording.say(intent.name, **intent.slots))


async def yes(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """A spoken yes answers only a challenge that voice may answer; any other stays as it is."""
    challenge = cabin.gate.pending(cabin.clock.now())
    if challenge is None:
        turn.say(cabin.wording.say("nothing_pending"))
    else:
        await cabin.confirm(challenge.id, Modality.VOICE, origin, turn)


async def no(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """A no drops what is pending, whoever must confirm it: the safe direction is always easy."""
    cabin.memory.close_question()
    challenge = cabin.gate.pending(cabin.clock.now())
    if challenge is None:
        turn.say(cabin.wording.say("No"))
    else:
        cabin.drop(challenge.id, origin, turn)


async def undo(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """Back to how it was, through the gate like everything else."""
    commands = cabin.memory.undo()
    if not commands:
        turn.say(cabin.wording.say("nothing_to_undo"))
        return
    if not await cabin.carry_out(intent, commands, origin, turn):
        cabin.challenge([(intent, commands)], origin, turn)


async def repeat(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    turn.say(cabin.memory.said or cabin.wording.say("nothing_said"))


async def why_not(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """The last decision's own reason."""
    decision = cabin.memory.decision
    if isinstance(decision, Refuse | Confirm):
        turn.say(decision.says)
    else:
        turn.say(cabin.wording.say("nothing_refused"))


async def next_step(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """The next step of an answer that is read step by step."""
    if not cabin.memory.steps:
        turn.say(cabin.wording.say("NextStep"))
        return
    step, *rest = cabin.memory.steps
    cabin.memory.steps = tuple(rest)
    turn.say(f"{step} {cabin.wording.say('steps_follow')}" if rest else step)


async def more(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """What the last reply left out, or the last question once more: told further when the car is parked."""
    if cabin.memory.rest:
        turn.say(cabin.memory.rest)
    elif cabin.memory.question:
        await answer(cabin, cabin.memory.question, turn)
    else:
        turn.say(cabin.wording.say("nothing_said"))


async def remember(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """A preference in plain words; it can fill what is left open and never loosens the gate."""
    said = str(intent.slots.get("note") or intent.text)
    if origin.zone in (Zone.OUTSIDE, Zone.UNKNOWN):
        turn.say(cabin.wording.say("not_remembered", text=said))
        return
    try:
        turn.say(cabin.wording.say("remembered" if cabin.remember(said) else "not_remembered", text=said))
    except StorageError as error:
        turn.say(str(error), whole=True)


async def preferences(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """What we keep of somebody's likes, said back."""
    kept = cabin.preferences.entries
    told = "; ".join(preference.describe() for preference in kept)
    turn.say(cabin.wording.say("preferences", list=told) if kept else cabin.wording.say("no_preferences"))


async def forget(cabin: "Cabin", intent: Intent, origin: Origin, turn: Turn) -> None:
    """Erase the preferences about what was named; all of them where nothing in particular was."""
    if origin.zone in (Zone.OUTSIDE, Zone.UNKNOWN):
        turn.say(cabin.wording.say("not_remembered"))
        return
    note = str(intent.slots.get("note") or "")
    try:
        gone = cabin.preferences.forget(about(note)) if note else cabin.preferences.forget()
    except StorageError as error:
        turn.say(str(error), whole=True)
        return
    turn.say(cabin.wording.say("forgotten" if gone else "no_preferences"))


ACTS: dict[str, Callable[["Cabin", Intent, Origin, Turn], Awaitable[None]]] = {
    "Yes": yes,
    "No": no,
    "Undo": undo,
    "Repeat": repeat,
    "WhyNot": why_not,
    "NextStep": next_step,
    "More": more,
    "Remember": remember,
    "Preferences": preferences,
    "Forget": forget,
}
