"""The microphone as the dashboard has it: a conversation by ear whose turns are shown like typed ones."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.errors import CabinError, DeviceError, SpeechError
from demo.dashboard.ride import Exchange, Ride

if TYPE_CHECKING:
    from assistant.bootstrap import Engines
    from assistant.speech.conversation import Conversation, Event
    from assistant.utterance import Reply, Utterance

Converse = Callable[["Engines", Callable[["Utterance"], Awaitable["Reply"]], Callable[["Event"], None]], "Conversation"]
"""Opens a conversation: the engines, what takes a turn, what is told. Raises CabinError where there is nothing to hear
with. Blocking.
"""

FIRST_REPEAT_S = 0.8
"""Terminals tell no key-up, only that a held key repeats, for the first time after up to this long."""
REPEAT_S = 0.25
"""A held key repeats faster than this; when it stops, it was let go."""


def on_this_computer(
    engines: "Engines", answer: "Callable[[Utterance], Awaitable[Reply]]", tell: "Callable[[Event], None]"
) -> "Conversation":
    """The microphone, loudspeaker and wake word of the settings."""
    from assistant.speech import live
    from assistant.speech.devices import find

    speech = engines.settings.speech
    find("microphone", speech.microphone)  # without one, no engine is loaded for it
    return live.conversation(speech, engines.transcriber, engines.synthesizer, answer, tell)


class OnAir:
    """Opens the microphone, holds the key, and turns what is heard into exchanges of the ride.

    ``show`` is told every event, in the loop's thread. Nothing here raises for want of a device: ``problem`` says it.
    """

    def __init__(self, ride: Ride, converse: Converse, zone: Callable[[], Any]) -> None:
        self._ride, self._converse, self._zone = ride, converse, zone
        self.show: Callable[[Event], None] = lambda event: None
        self.talk: Conversation | None = None
        self.problem = "the microphone is still being opened"
        self._running: asyncio.Task[None] | None = None
        self._mouth: Any = None
        self._spoken: Exchange | None = None  # being said right now
        self._said: deque[Exchange] = deque()  # said, and waiting for its turn
        self._timer: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Begin to listen, where there is a microphone."""
        loop = asyncio.get_running_loop()

        def tell(event: "Event") -> None:
            if not loop.is_closed():
                self._follow(event)

        try:
            self.talk = await asyncio.to_thread(self._converse, self._ride.engines, self._answer, tell)
        except CabinError as error:
            self.problem = str(error)
            return
        except Exception as error:  # a sound library may fail in any way; the cabin goes on without it
            self.problem = str(error) or type(error).__name__
            return
        self.problem = ""
        self._mouth = self.talk.mouth
        self._running = loop.create_task(self.talk.run())

    async def close(self) -> None:
        """Leave nothing running."""
        if self._timer is not None:
            self._timer.cancel()
        if self.talk is not None and self._running is not None:
            await self.talk.close()
            await asyncio.gather(self._running, return_exceptions=True)

    @property
    def listening(self) -> bool:
        """Is an utterance being said."""
        return self._spoken is not None

    @property
    def wake_word(self) -> str:
        """What makes it listen; empty where nothing but the key does."""
        talk = self.talk
        return talk.ears.wake_word.phrase if talk is not None and talk.wakes and talk.ears.wake_word else ""

    def switch_wake_word(self) -> bool:
        """On or off; False where there is none."""
        if self.talk is None or self.talk.ears.wake_word is None:
            return False
        self.talk.wakes = not self.talk.wakes
        return True

    # --- the key ------------------------------------------------------------------------------------

    async def press(self) -> None:
        """The talk key is down: pressed, pressed once more, or still held, which terminals cannot tell apart but by
        time. Raises DeviceError when there is no microphone.
        """
        if self.talk is None:
            raise DeviceError(self.problem)
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = loop.call_later(REPEAT_S, self._let_go)
        elif self.listening:
            self.talk.release()  # tapped a second time
        else:
            await self.talk.listen()  # again, where the microphone was lost
            self.problem = ""
            self.talk.talk(held=True)
            self._timer = loop.call_later(FIRST_REPEAT_S, self._tapped)

    def _tapped(self) -> None:
        """The key did not repeat, so nobody holds it: the next tap ends the utterance."""
        self._timer = None

    def _let_go(self) -> None:
        """The key repeats no more, so it was let go."""
        self._timer = None
        if self.talk is not None:
            self.talk.release()

    # --- the voice ----------------------------------------------------------------------------------

    @property
    def speaks(self) -> bool:
        """Is there a loudspeaker here, which stops for whoever speaks."""
        return self._mouth is not None

    def mute(self, muted: bool) -> None:
        """Replies are only shown, or spoken again."""
        if self.talk is not None:
            self.talk.hush()
            self.talk.mouth = None if muted else self._mouth

    def say(self, text: str, *, asks: bool) -> None:
        """Speak a reply to what was typed or touched."""
        if self.talk is not None:
            self.talk.speak(text, asks=asks)

    def hush(self) -> bool:
        """Fall silent at once; False when nothing was being spoken."""
        return self.talk is not None and self.talk.hush()

    # --- what is heard ------------------------------------------------------------------------------

    def _follow(self, event: "Event") -> None:
        from assistant.speech import conversation, ears

        match event:
            case ears.Began():
                self._spoken = self._ride.spoken(self._zone())
            case conversation.Partly(text=text) if self._spoken is not None:
                self._ride.heard(self._spoken, text)
            case ears.Ended() if self._spoken is not None:
                self._said.append(self._spoken)
                self._spoken = None
            case ears.Dropped(why=why):
                dropped = self._spoken or (self._said.popleft() if self._said else None)
                self._spoken = None
                if dropped is not None:
                    self._ride.nothing_said(dropped, why)
            case conversation.Trouble(error=error) if self._said:
                self._ride.nothing_said(self._said.popleft(), str(error))
            case ears.Lost(error=error, deaf=deaf) if deaf:
                self.problem = str(error)
        self.show(event)

    async def _answer(self, utterance: "Utterance") -> "Reply":
        """The turn, shown as it is taken. Raises SpeechError, with what it says, when there is no reply."""
        exchange = self._said.popleft() if self._said else self._ride.spoken(self._zone())
        exchange = await self._ride.take(exchange, replace(utterance, zone=self._zone()))
        if exchange.reply is None:
            raise SpeechError(exchange.error or "there is no reply")
        return exchange.reply
