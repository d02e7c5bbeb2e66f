"""A conversation in a room of numbers, and everything that was told of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from assistant.ports import Synthesizer, Transcriber, WakeWord
from assistant.speech import ears
from assistant.speech.conversation import Conversation, Event, Replied, Trouble, Understood
from assistant.speech.echo import WebRtcCanceller
from assistant.speech.mouth import Mouth
from assistant.speech.own_voice import OwnVoice
from assistant.utterance import Audio, Reply, Transcript, Utterance, Zone
from tests.speech.room import Room

E = TypeVar("E")
PATIENCE_S = 120.0


class Scripted:
    """A recogniser that knows beforehand what will be said, for where the words do not matter."""

    name = "scripted"

    def __init__(self, text: str = "open the window") -> None:
        self.text = text

    def transcribe(self, audio: Audio) -> Transcript:
        return Transcript(self.text, 0.9, self.name)


@dataclass
class Talk:
    """What happened, with the room's time of each event."""

    room: Room
    events: list[tuple[float, Event]] = field(default_factory=list)
    turns: list[Utterance] = field(default_factory=list)

    def told(self, kind: type[E]) -> list[E]:
        return [event for _, event in self.events if isinstance(event, kind)]

    @property
    def heard(self) -> list[str]:
        return [event.utterance.text for event in self.told(Understood)]

    @property
    def replies(self) -> list[str]:
        return [event.reply.text for event in self.told(Replied)]


Begin = Callable[[Conversation], object]


def speak_at(room: Room, moment_s: float, conversation: Conversation, text: str, *, asks: bool = False) -> None:
    """Speak ``text`` at this very moment of the room's time, however late the loop comes to it."""
    loop = asyncio.get_running_loop()

    def speak() -> None:
        room.loudspeaker.expect()
        loop.call_soon_threadsafe(partial(conversation.speak, text, asks=asks))

    room.when(moment_s, speak)


def reached(room: Room, moment_s: float) -> asyncio.Event:
    """Is set when the room's time comes to ``moment_s``."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    room.when(moment_s, lambda: loop.call_soon_threadsafe(event.set))
    return event


async def talk(
    room: Room,
    transcriber: Transcriber,
    voice: Synthesizer | None,
    answer: str | Callable[[Utterance], Awaitable[Reply]],
    begin: Begin = lambda conversation: None,
    *,
    cancels: bool = True,
    wake_word: WakeWord | None = None,
    zone: Zone = Zone.UNKNOWN,
    watch: Callable[[Event], object] = lambda event: None,
) -> Talk:
    """Let ``room`` go by. ``answer`` is the reply to everything, or takes the turn; ``begin`` presses keys; ``watch``
    is told every event.
    """
    log = Talk(room)
    over = asyncio.Event()

    def tell(event: Event) -> None:
        watch(event)
        if isinstance(event, ears.Lost) and event.deaf:
            over.set()
        elif isinstance(event, ears.Ended) and len(log.turns) == len(log.told(Replied)):
            room.goes_on.clear()
        elif isinstance(event, Understood | ears.Dropped | Trouble):
            room.goes_on.set()
        if not isinstance(event, ears.Measured | ears.More):
            log.events.append((room.now_s, event))

    async def take(utterance: Utterance) -> Reply:
        log.turns.append(utterance)
        return Reply(utterance.text, answer) if isinstance(answer, str) else await answer(utterance)

    conversation = Conversation(
        lambda: room,
        lambda: transcriber,
        take,
        tell,
        mouth=Mouth(room.loudspeaker, lambda: voice) if voice else None,
        own_voice=OwnVoice(WebRtcCanceller() if cancels else None),
        wake_word=wake_word,
        zone=zone,
    )
    begin(conversation)
    running = asyncio.create_task(conversation.run())
    try:
        await asyncio.wait_for(over.wait(), PATIENCE_S)
        await conversation.finish()
    finally:
        await conversation.close()
        await running
    return log
