"""A conversation by ear: utterances go to the cabin one after another, its replies are spoken and can be interrupted.

What `cabin listen` and the dashboard share. An event loop runs it; ears and mouth have threads of their own.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from time import perf_counter

from assistant.errors import CabinError, SpeechError
from assistant.ports import Hearing, Microphone, Transcriber, WakeWord
from assistant.speech import ears as heard
from assistant.speech.ears import Ears
from assistant.speech.hearing import begin
from assistant.speech.mouth import Mouth
from assistant.speech.own_voice import OwnVoice
from assistant.speech.sayable import sayable
from assistant.utterance import SAMPLE_RATE, Reply, Utterance, Zone

HEAR_DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True)
class Partly:
    """The words so far, while they are spoken; they may still change and are only for the eye."""

    text: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What was said, before it is answered."""

    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Replied:
    """The turn is over; its reply is about to be spoken."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Spoke:
    """The reply has been spoken; ``whole`` unless it was interrupted."""

    whole: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something failed; the conversation goes on as far as it can. A sentence for people."""

    error: CabinError


Event = heard.Event | Partly | Understood | Replied | Spoke | Trouble


class Conversation:
    """Hears, lets ``answer`` take the turn, and speaks the reply.

    ``answer`` is ``Cabin.take_turn`` or whatever shows the turn as well; it is never cancelled: only speaking is. An
    utterance that comes while a turn is being taken waits for its end. ``tell`` is told every event in the loop's
    thread. Without ``mouth`` replies are only told. ``zone`` is the microphone's seat.
    """

    def __init__(
        self,
        microphone: Callable[[], Microphone],
        transcriber: Callable[[], Transcriber],
        answer: Callable[[Utterance], Awaitable[Reply]],
        tell: Callable[[Event], None] = lambda event: None,
        *,
        mouth: Mouth | None = None,
        own_voice: OwnVoice | None = None,
        wake_word: WakeWord | None = None,
        zone: Zone = Zone.UNKNOWN,
    ) -> None:
        own_voice = own_voice or OwnVoice()
        self.mouth = mouth
        if mouth is not None:
            own_voice.follow(mouth.loudspeaker)
        self.ears = Ears(microphone, self._from_ears, wake_word=wake_word, own_voice=own_voice, hush=self.hush)
        self._transcriber, self._answer, self._tell, self.zone = transcriber, answer, tell, zone
        self._loop: asyncio.AbstractEventLoop | None = None
        self._events: asyncio.Queue[heard.Event] = asyncio.Queue()
        self._utterances: asyncio.Queue[tuple[Hearing, heard.Ended] | None] = asyncio.Queue()
        self._speaking: asyncio.Task[None] | None = None
        self._answered = asyncio.Event()

    # --- what a key, a button or a typed line does ---------------------------------------------------

    def talk(self, *, held: bool = False) -> None:
        """Push-to-talk: hear an utterance now; silence ends it, or with ``held`` only ``release``."""
        self.ears.talk(held=held)

    def release(self) -> None:
        """The key is let go."""
        self.ears.release()

    @property
    def wakes(self) -> bool:
        """Whether the wake word makes it listen; may be set."""
        return self.ears.wakes

    @wakes.setter
    def wakes(self, on: bool) -> None:
        self.ears.wakes = on and self.ears.wake_word is not None

    def hush(self) -> bool:
        """Stop speaking at once, from any thread; False when nothing was being spoken."""
        return self.mouth.stop() if self.mouth is not None else False

    async def take(self, utterance: Utterance) -> Reply:
        """One turn, however the utterance came (typed too): answered, told and spoken."""
        self._tell(Understood(utterance))
        reply = await self._answer(utterance)
        self.give(reply)
        return reply

    def give(self, reply: Reply) -> None:
        """Tell and speak a reply that came another way: to a touch, say."""
        self._tell(Replied(reply))
        self.speak(reply.text, asks=reply.decision == "confirm" or reply.text.rstrip().endswith("?"))

    def speak(self, text: str, *, asks: bool = False) -> None:
        """Begin to speak ``text`` in place of what is being spoken; with ``asks``, its answer needs no wake word."""
        self._speaking = asyncio.get_running_loop().create_task(self._speak(text, asks))

    # --- the loop ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Listen and answer until ``close``. A microphone that is missing or lost is told; ``listen`` tries again."""
        self._loop = asyncio.get_running_loop()
        following = self._loop.create_task(self._follow())
        try:
            await self.listen()
        except CabinError as error:
            self._tell(heard.Lost(error, deaf=True))
        try:
            while (said := await self._utterances.get()) is not None:
                try:
                    utterance = await self._understood(*said)
                    if utterance is not None:
                        await self.take(utterance)
                except CabinError as error:
                    self._tell(Trouble(error))
        finally:
            following.cancel()
            self._answered.set()

    async def finish(self) -> None:
        """Answer and speak to its end what was said so far, then ``close``."""
        self._utterances.put_nowait(None)
        await self._answered.wait()
        if self._speaking is not None:
            await asyncio.gather(self._speaking, return_exceptions=True)
        await self.close()

    async def listen(self) -> None:
        """Open the microphone, or open it again after it was lost.

        Raises DeviceError when there is none, AudioError when the file in its place cannot be read.
        """
        await asyncio.to_thread(self._transcriber)
        await asyncio.to_thread(self.ears.start)

    async def close(self) -> None:
        """Let go of microphone and loudspeaker; the turn that is being taken comes to its end first."""
        await asyncio.to_thread(self.ears.close)
        self._utterances.put_nowait(None)
        if self.mouth is not None:
            await asyncio.to_thread(self.mouth.close)
        if self._speaking is not None:
            await asyncio.gather(self._speaking, return_exceptions=True)

    def _from_ears(self, event: heard.Event) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    async def _follow(self) -> None:
        """What the ears tell, in order: it is told on, and an utterance is heard while it is spoken."""
        hearing: Hearing | None = None
        shown = ""
        while True:
            event = await self._events.get()
            self._tell(event)
            match event:
                case heard.Began(sound=sound):
                    hearing, shown = begin(self._transcriber()), ""
                    hearing.add(sound)
                case heard.Anew(sound=sound):
                    hearing = begin(self._transcriber())
                    hearing.add(sound)
                case heard.More(sound=sound) if hearing is not None:
                    text = self._without_name(hearing.add(sound))
                    if text != shown:
                        shown = text
                        self._tell(Partly(text))
                case heard.Ended() if hearing is not None:
                    self._utterances.put_nowait((hearing, event))
                    hearing = None
                case heard.Dropped():
                    hearing = None

    async def _understood(self, hearing: Hearing, ended: heard.Ended) -> Utterance | None:
        """The utterance, or None where it is nobody's: noise, or the reply's own words."""
        began = perf_counter()
        try:
            found = await asyncio.wait_for(asyncio.to_thread(hearing.end), HEAR_DEADLINE_S)
        except TimeoutError as error:
            late = f"what was said was not understood within {HEAR_DEADLINE_S:g} s; say it again"
            raise SpeechError(late, code="timeout") from error
        if not found.text and ended.how not in ("key", "wake word"):
            self._tell(heard.Dropped("nothing that is meant for the car"))
            return None
        if ended.over_reply and self.mouth is not None and is_part(found.text, self.mouth.said):
            self._tell(heard.Dropped("the reply's own words"))
            return None
        text = self._without_name(found.text)
        if found.text and not text:
            self._tell(heard.Dropped("only the wake word"))
            self.ears.attend()
            return None
        return Utterance.heard(
            replace(found, text=text), self.zone, len(ended.sound) / SAMPLE_RATE, 1000 * (perf_counter() - began)
        )

    def _without_name(self, text: str) -> str:
        """``text`` without the wake word that it begins with, for where the ears did not notice it."""
        return without(self.ears.wake_word.phrase, text) if self.ears.wake_word is not None else text

    async def _speak(self, text: str, asks: bool) -> None:
        if self.mouth is not None:
            if self.ears.listening:  # somebody is speaking again: the reply is shown, not spoken over them
                self._tell(Spoke(whole=False))
                return
            try:
                whole = await asyncio.to_thread(self.mouth.say, text)
            except CabinError as error:
                self._tell(Trouble(error))
                return
            self._tell(Spoke(whole))
            asks = asks and whole
        if asks:
            self.ears.attend()


def without(name: str, text: str) -> str:
    """``text`` without ``name`` at its beginning, however often and however it is punctuated."""
    called = re.compile(r"(?:\W*" + r"\W+".join(map(re.escape, name.split())) + r"(?!\w)\W*)+", re.IGNORECASE)
    found = called.match(text) if name.strip() else None
    return text[found.end() :] if found else text


def is_part(words: str, reply: str) -> bool:
    """Whether ``words`` stand in ``reply`` one after another: what our own voice would be heard as."""
    few, many = (re.findall(r"[\w']+", sayable(text).casefold()) for text in (words, reply))
    return any(many[start : start + len(few)] == few for start in range(len(many) - len(few) + 1))
