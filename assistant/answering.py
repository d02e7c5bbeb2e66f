"""Questions: answered from the manual and the live readings. Nothing here reaches the vehicle."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from assistant.errors import CabinError
from assistant.turn import Turn
from intents.intent import Intent
from knowledge.answer import Answer, LiveReading
from knowledge.errors import KnowledgeError
from policies.command import Value
from policies.motion import Motion, motion

if TYPE_CHECKING:
    from assistant.cabin import Cabin

DEADLINE_S = 5.0
OLD_S = 120.0
"""A reading older than this, in seconds, is said to be old: the limit of the answers' (knowledge/data/live.yaml)."""
READ_WHOLE = 90
"""Words that an answer may have and still be read in one go; a longer one with steps is read step by step."""


class Knows(Protocol):
    """The knowledge base, as a turn needs it."""

    def answer(
        self, question: str, readings: Sequence[LiveReading] = ..., *, moving: bool = ..., pack: str | None = ...
    ) -> Answer: ...


async def answer(cabin: "Cabin", question: str, turn: Turn) -> None:
    """A question goes to the manual and the live readings."""
    moving = motion(cabin.vehicle.state(), cabin.clock.now()) not in (Motion.PARKED, Motion.STANDING)
    with turn.stage("answer"):
        try:
            library = await asyncio.to_thread(cabin.library)
            answering = asyncio.to_thread(library.answer, question, cabin.readings(), moving=moving, pack=cabin.pack)
            found = await asyncio.wait_for(answering, DEADLINE_S)
        except (CabinError, KnowledgeError, TimeoutError) as error:
            turn.say(cabin.wording.say("knowledge_failed", problem=str(error) or "it took too long"), whole=True)
            return
    cabin.memory.question, cabin.memory.steps, cabin.memory.rest = question, (), ""
    turn.answers.append(found)
    if len(found.steps) > 1 and len(found.text.split()) > READ_WHOLE:
        title, first, *rest = found.steps
        cabin.memory.steps = tuple(rest)
        turn.say(f"{title} {first} {cabin.wording.say('steps_follow')}")
    else:
        turn.say(found.text)


def status(cabin: "Cabin", intent: Intent, turn: Turn) -> None:
    """What the car reports now; a reading that is old is said to be."""
    state, now = cabin.vehicle.state(), cabin.clock.now()
    readings: dict[str, Value] = {}
    for path in intent.reads:
        value = state.get(path)
        if value is not None:
            readings[path] = ", ".join(value) if isinstance(value, tuple) else value
    turn.say(cabin.wording.states(readings) if readings else cabin.wording.say("no_reading"))
    oldest = max((state.age(path, now) for path in readings), default=0.0)
    if oldest > OLD_S:
        turn.say(cabin.wording.say("old_reading", minutes=round(oldest / 60)), whole=True)
